// A queue for whole, ever growing costs: one list a cost, in a ring that is longer than any single step.
export class BucketQueue {
  private readonly heads: Int32Array;
  private readonly mask: number;
  private items: Int32Array<ArrayBuffer> = new Int32Array(1 << 16);
  private nexts: Int32Array<ArrayBuffer> = new Int32Array(1 << 16);
  private used = 0;
  private free = -1;
  private size = 0;
  /** The cost of what `take` gave last. */
  cost = 0;

  /** `longestStep`: no item is put in at more than this above `cost`. */
  constructor(longestStep: number) {
    let ring = 1;
    while (ring <= longestStep) ring *= 2;
    this.heads = new Int32Array(ring).fill(-1);
    this.mask = ring - 1;
  }

  put(item: number, cost: number): void {
    let node = this.free;
    if (node >= 0) this.free = this.nexts[node];
    else {
      if (this.used === this.items.length) this.lengthen();
      node = this.used++;
    }
    this.items[node] = item;
    this.nexts[node] = this.heads[cost & this.mask];
    this.heads[cost & this.mask] = node;
    this.size++;
  }

  /** One of the cheapest items, or −1 when the queue is empty. */
  take(): number {
    if (this.size === 0) return -1;
    let node = this.heads[this.cost & this.mask];
    while (node < 0) node = this.heads[++this.cost & this.mask];
    this.heads[this.cost & this.mask] = this.nexts[node];
    this.nexts[node] = this.free;
    this.free = node;
    this.size--;
    return this.items[node];
  }

  private lengthen(): void {
    const [items, nexts] = [new Int32Array(this.used * 2), new Int32Array(this.used * 2)];
    items.set(this.items);
    nexts.set(this.nexts);
    [this.items, this.nexts] = [items, nexts];
  }
}
