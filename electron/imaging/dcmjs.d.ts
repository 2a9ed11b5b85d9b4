// The few names of dcmjs that Concord uses; the package brings no types.
declare module 'dcmjs' {
  interface DicomDict {
    meta: Record<string, { Value?: unknown[] }>;
    dict: Record<string, { vr?: string; Value?: unknown[] }>;
  }
  interface Logger {
    setLevel(level: string): void;
  }
  const dcmjs: {
    log: Logger & { getLoggers(): Record<string, Logger> };
    data: {
      DicomMessage: {
        readFile(
          buffer: ArrayBuffer,
          options?: { ignoreErrors?: boolean; untilTag?: string; includeUntilTagValue?: boolean },
        ): DicomDict;
      };
    };
  };
  export default dcmjs;
}
