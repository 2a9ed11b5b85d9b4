// The rules of style that a machine can check. Types are checked by tsc; here is what tsc lets pass.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import typescript from 'typescript-eslint';

const codeRules = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  'no-console': ['error', { allow: ['error', 'warn'] }],
  'no-var': 'error',
  'prefer-const': ['error', { destructuring: 'all' }],
  'no-constant-condition': ['error', { checkLoops: false }],
  'object-shorthand': 'error',
  'no-implicit-coercion': 'off',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
  ],
  '@typescript-eslint/no-non-null-assertion': 'off',
};

const typedRules = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
};

export default typescript.config(
  { ignores: ['node_modules/', 'out/', 'dist/', 'coverage/', '.cache/', '**/*.concord/'] },
  js.configs.recommended,
  ...typescript.configs.recommended,
  ...svelte.configs['flat/recommended'],
  { languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...codeRules, ...typedRules },
  },
  {
    files: ['**/*.svelte'],
    languageOptions: { parserOptions: { parser: typescript.parser, extraFileExtensions: ['.svelte'] } },
    rules: {
      ...codeRules,
      // `let { a } = $props()`: the plugin knows props, the plain rule does not.
      'prefer-const': 'off',
      'svelte/prefer-svelte-reactivity': 'off',
      // Figures come as finished DOM nodes from the plotting library.
      'svelte/no-dom-manipulating': 'off',
      // The compiler and svelte-check know these better than the linter does.
      'no-undef': 'off',
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  {
    files: ['**/*.svelte.ts'],
    languageOptions: {
      parser: typescript.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: { 'svelte/prefer-svelte-reactivity': 'off' },
  },
  { files: ['build/**', 'test/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.test.ts', 'test/**'], rules: { 'max-lines': 'off' } },
);
