// Finds the pieces of a structure off the page's thread.
import { findPieces, type Piece, type PiecesTask } from './components.ts';

export interface PiecesQuestion extends PiecesTask {
  id: number;
}
export interface PiecesAnswer {
  id: number;
  pieces: Piece[];
}

self.onmessage = ({ data }: MessageEvent<PiecesQuestion>) => {
  const answer: PiecesAnswer = { id: data.id, pieces: findPieces(data) };
  self.postMessage(answer);
};
