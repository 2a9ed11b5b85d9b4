export class ReadingRoom {}
