/** A timer waiting in the heap. `fire` is cleared when it is cancelled. */
export interface HeapTimer {
  readonly dueMs: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

/** Timers ordered by due time, then by creation. */
export interface TimerHeap {
  push(timer: HeapTimer): void;
  /** The earliest timer that was not cancelled. */
  peek(): HeapTimer | undefined;
  pop(): HeapTimer | undefined;
  /** Counts one cancelled timer; drops them all when they are the majority. */
  noteCancelled(): void;
  readonly size: number;
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}

function siftUp(heap: HeapTimer[], timer: HeapTimer, from: number): void {
  let index = from;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(timer, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = timer;
}

function siftDown(heap: HeapTimer[], timer: HeapTimer, from: number): void {
  let index = from;
  for (;;) {
    const leftIndex = 2 * index + 1;
    const left = heap[leftIndex];
    if (left === undefined) break;
    const right = heap[leftIndex + 1];
    const useRight = right !== undefined && isBefore(right, left);
    const child = useRight ? right : left;
    if (!isBefore(child, timer)) break;
    heap[index] = child;
    index = useRight ? leftIndex + 1 : leftIndex;
  }
  heap[index] = timer;
}

function removeFirst(heap: HeapTimer[]): HeapTimer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last !== undefined && heap.length > 0) siftDown(heap, last, 0);
  return first;
}

/** A binary heap; cancelled timers stay until they surface or outnumber the others. */
export function createTimerHeap(): TimerHeap {
  let heap: HeapTimer[] = [];
  let cancelled = 0;

  function dropCancelledOnTop(): void {
    while (heap[0] !== undefined && heap[0].fire === undefined) {
      removeFirst(heap);
      cancelled--;
    }
  }

  return {
    push(timer) {
      heap.push(timer);
      siftUp(heap, timer, heap.length - 1);
    },
    peek() {
      dropCancelledOnTop();
      return heap[0];
    },
    pop() {
      dropCancelledOnTop();
      return removeFirst(heap);
    },
    noteCancelled() {
      cancelled++;
      if (cancelled < 64 || cancelled * 2 < heap.length) return;
      // An array sorted by (due, order) is a valid heap, and filtering keeps most of it sorted already.
      heap = heap.filter((timer) => timer.fire !== undefined).sort((a, b) => (isBefore(a, b) ? -1 : 1));
      cancelled = 0;
    },
    get size() {
      return heap.length - cancelled;
    },
  };
}
