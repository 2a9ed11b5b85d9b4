// The few names of dcmjs that Concord uses; the package brings no types.
declare module 'dcmjs' {
  interface DicomDict {
    meta: Record<string, { Value?: unknown[] }>;
    dict: Record<string, { vr?: string; Value?: unknown[] }>;
  }
  const dcmjs: {
    log: { setLevel(level: string): void };
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
