// Server-Sent Events from text that arrives in arbitrary pieces (WHATWG HTML, 9.2.6): only `data` matters here.

/** Answers a function that takes the next piece of text and calls `dispatch` with the data of each whole event. */
export function createEventParser(dispatch: (data: string) => void): (text: string) => void {
  let rest = '';
  let data: string[] = [];
  let sawReturn = false;

  const line = (text: string) => {
    if (text === '') {
      if (data.length) dispatch(data.join('\n'));
      data = [];
    } else if (text.startsWith('data:')) {
      data.push(text.slice(text[5] === ' ' ? 6 : 5));
    }
  };

  return (text) => {
    if (text === '') return;
    // A line may end in \r\n, \n or \r, and the piece may end between the two.
    if (sawReturn && text.startsWith('\n')) text = text.slice(1);
    sawReturn = text.endsWith('\r');
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop()!;
    lines.forEach(line);
  };
}
