// dcmjs, loaded when a first DICOM file is met: it takes longer to load than everything else in imaging together.
import type dcmjs from 'dcmjs';

export type DicomParser = typeof dcmjs;

let loading: Promise<DicomParser> | null = null;

/** The parser, silenced: it talks of every odd header on standard error otherwise. */
export function dicomParser(): Promise<DicomParser> {
  loading ??= import('dcmjs').then(({ default: parser }) => {
    for (const logger of [parser.log, ...Object.values(parser.log.getLoggers())]) logger.setLevel('silent');
    return parser;
  });
  return loading;
}
