#!/usr/bin/env python3
"""Draws docs/icon.png, the icon of the packages: four linked replicas. Needs nothing but Python."""
import os
import struct
import zlib

SIZE, OVER = 128, 4                 # pixels, samples a pixel and direction
BACK, LINK, NODE, SELF = (24, 60, 96), (120, 170, 210), (255, 255, 255), (250, 180, 60)
NODES = [(64, 30), (98, 64), (64, 98), (30, 64)]
RADIUS, WIDTH, CORNER = 13, 3, 24


def distance(p, a, b):
    (px, py), (ax, ay), (bx, by) = p, a, b
    dx, dy = bx - ax, by - ay
    t = max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)))
    return ((px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2) ** 0.5


def sample(x, y):
    cx, cy = max(CORNER, min(SIZE - CORNER, x)), max(CORNER, min(SIZE - CORNER, y))
    if (x - cx) ** 2 + (y - cy) ** 2 > CORNER ** 2:
        return None
    for i, (nx, ny) in enumerate(NODES):
        if (x - nx) ** 2 + (y - ny) ** 2 <= RADIUS ** 2:
            return SELF if i == 0 else NODE
    for i, a in enumerate(NODES):
        if any(distance((x, y), a, b) <= WIDTH for b in NODES[i + 1:]):
            return LINK
    return BACK


def pixel(x, y):
    hits = [sample(x + (i + 0.5) / OVER, y + (j + 0.5) / OVER) for i in range(OVER) for j in range(OVER)]
    solid = [h for h in hits if h]
    if not solid:
        return bytes(4)
    return bytes([*(round(sum(h[c] for h in solid) / len(solid)) for c in range(3)), round(255 * len(solid) / len(hits))])


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "icon.png"), "wb") as file:
    file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
               + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
