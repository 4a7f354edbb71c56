"""A binary heap of (key, arc) in two arrays, for the compiled searches over arcs. Least key first."""

from __future__ import annotations

from city.compiled import bare
from city.network import Floats, Ints


@bare
def push(heap_key: Floats, heap_arc: Ints, size: int, key: float, arc: int) -> int:
    """Adds to a binary heap; returns its new size."""
    at = size
    while at > 0 and heap_key[(at - 1) // 2] > key:
        heap_key[at], heap_arc[at] = heap_key[(at - 1) // 2], heap_arc[(at - 1) // 2]
        at = (at - 1) // 2
    heap_key[at], heap_arc[at] = key, arc
    return size + 1


@bare
def pop(heap_key: Floats, heap_arc: Ints, size: int) -> int:
    """Takes the least off a binary heap; returns its new size."""
    size -= 1
    key, arc = heap_key[size], heap_arc[size]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and heap_key[child + 1] < heap_key[child]:
            child += 1
        if heap_key[child] >= key:
            break
        heap_key[at], heap_arc[at] = heap_key[child], heap_arc[child]
        at = child
    heap_key[at], heap_arc[at] = key, arc
    return size
