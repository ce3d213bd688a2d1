#!/usr/bin/env python3
"""Records two ticket agents in terminals as an animated SVG: docs/demo.svg by default.

Needs tmux and a Release build of the sample. The scenes are at the end; each is a pause, and what a user does then.
"""
import html
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AGENT = os.path.join(ROOT, "samples/TicketCounter/bin/Release/net10.0/TicketCounter.dll")
SOCKET = "peerreplica-demo"
COLUMNS, ROWS = 84, 24
CELL_WIDTH, CELL_HEIGHT, MARGIN, CAPTION = 7.2, 15, 10, 26
COLORS = ["#1e1e1e", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#e5e5e5"]
DEFAULT_COLOR = "#d4d4d4"


def tmux(*arguments):
    return subprocess.run(["tmux", "-L", SOCKET, *arguments], check=True, capture_output=True, text=True).stdout


def command(name):
    return f"dotnet {AGENT} agent {name} --event demo --capacity 500"


def process_of(pane):
    return int(tmux("display-message", "-p", "-t", pane, "#{pane_pid}"))


def color_of(codes, color):
    """The color after a sequence of SGR codes."""
    codes = [int(c) if c else 0 for c in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code in (0, 39):
            color = DEFAULT_COLOR
        elif 30 <= code <= 37:
            color = COLORS[code - 30]
        elif 90 <= code <= 97:
            color = cube(code - 82)
        elif code in (38, 48) and codes[:1] == [5]:
            index = codes[1]
            codes = codes[2:]
            if code == 38:
                color = cube(index)
        elif code in (38, 48) and codes[:1] == [2]:
            if code == 38:
                color = "#{:02x}{:02x}{:02x}".format(*codes[1:4])
            codes = codes[4:]
    return color


def cube(index):
    """A color of the 256-color palette."""
    if index < 16:
        return COLORS[index % 8] if index != 8 else "#808080"
    if index >= 232:
        return "#{0:02x}{0:02x}{0:02x}".format(8 + (index - 232) * 10)
    index -= 16
    return "#" + "".join(f"{(0 if i == 0 else 55 + 40 * i):02x}" for i in (index // 36, index // 6 % 6, index % 6))


def drawing(screen, left):
    """The text elements of one captured pane, line by line."""
    color = DEFAULT_COLOR
    for row, line in enumerate(screen.split("\n")[:ROWS]):
        cells = []
        for codes, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", line):
            color = color_of(codes, color) if not text else color
            cells += [(character, color) for character in text]
        elements = []
        y = MARGIN + CAPTION + (row + 1) * CELL_HEIGHT
        for run in re.finditer(r"\S+(?: \S+)*", "".join(character for character, _ in cells)):
            for start, text, fill in same_color(cells, run.start(), run.end()):
                x, width = left + start * CELL_WIDTH, len(text) * CELL_WIDTH
                elements.append(
                    f'<text x="{x:.1f}" y="{y}" fill="{fill}" textLength="{width:.1f}">{html.escape(text)}</text>')
        if elements:
            yield "".join(elements)


def same_color(cells, start, end):
    """Parts of a line with one color each, as start, text and color; a space has its neighbor's color."""
    part, fill = start, cells[start][1]
    for column in range(start + 1, end + 1):
        if column < end and (cells[column][0] == " " or cells[column][1] == fill):
            continue
        yield part, "".join(character for character, _ in cells[part:column]).rstrip(), fill
        if column < end:
            part, fill = column, cells[column][1]


def svg(frames):
    width = 2 * COLUMNS * CELL_WIDTH + 3 * MARGIN
    height = ROWS * CELL_HEIGHT + CAPTION + 2 * MARGIN
    total = sum(seconds for seconds, _, _ in frames)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        'aria-label="Two ticket agents in two terminals sell the same event; one is killed and comes back">',
        "<style>text{font:12px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;white-space:pre}"
        ".c{font:14px system-ui,sans-serif}</style>",
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#1e1e1e"/>',
    ]
    begin = 0.0
    lines = {}
    for number, (seconds, caption, screens) in enumerate(frames):
        end = begin + seconds
        # The first frame shows where nothing moves.
        parts.append(f'<g visibility="{"visible" if number == 0 else "hidden"}">')
        times, values = [0.0], ["visible" if number == 0 else "hidden"]
        if number > 0:
            times.append(begin / total)
            values.append("visible")
        if end < total:
            times.append(end / total)
            values.append("hidden")
        parts.append(
            f'<animate attributeName="visibility" calcMode="discrete" dur="{total:.1f}s" repeatCount="indefinite" '
            f'keyTimes="{";".join(f"{t:.4f}" for t in times)}" values="{";".join(values)}"/>')
        parts.append(f'<text class="c" x="{MARGIN}" y="{MARGIN + 12}" fill="#ffffff">{html.escape(caption)}</text>')
        for index, screen in enumerate(screens):
            for line in drawing(screen, MARGIN + index * (COLUMNS * CELL_WIDTH + MARGIN)):
                # Most lines stay the same from one frame to the next.
                parts.append(f'<use href="#l{lines.setdefault(line, len(lines))}"/>')
        parts.append("</g>")
        begin = end
    parts.append("<defs>" + "\n".join(f'<g id="l{number}">{line}</g>' for line, number in lines.items()) + "</defs>")
    parts.append("</svg>\n")
    return "\n".join(parts)


def record(scenes):
    frames = []
    tmux("new-session", "-d", "-x", str(2 * COLUMNS + 1), "-y", str(ROWS), command("alice"))
    try:
        tmux("set-option", "-g", "status", "off")
        tmux("set-option", "-g", "remain-on-exit", "on")
        tmux("split-window", "-h", command("bob"))
        for pause, caption, act in scenes:
            act()
            time.sleep(pause)
            screens = [tmux("capture-pane", "-e", "-p", "-t", f"0.{pane}") for pane in (0, 1)]
            frames.append((2.5 if not frames or frames[-1][1] != caption else 0.7, caption, screens))
    finally:
        tmux("kill-server")
    return frames


def press(pane, *keys):
    return lambda: tmux("send-keys", "-t", f"0.{pane}", *keys)


def kill(pane):
    return lambda: os.kill(process_of(f"0.{pane}"), signal.SIGKILL)


def restart(pane, name):
    return lambda: tmux("respawn-pane", "-k", "-t", f"0.{pane}", command(name))


def wait():
    pass


SCENES = [
    (6, "Two agents, two processes: they find each other", wait),
    (0.6, "Alice sells tickets, and bob sees each of them", press(0, "b")),
    (0.4, "Alice sells tickets, and bob sees each of them", press(0, "b")),
    (0.4, "Alice sells tickets, and bob sees each of them", press(0, "b")),
    (0.8, "Both sell by themselves", lambda: (press(0, "a")(), press(1, "a")())),
    *[(0.5, "Both sell by themselves", wait)] * 6,
    (2.5, "Alice is killed (SIGKILL): bob sells on", kill(0)),
    *[(0.5, "Alice is killed (SIGKILL): bob sells on", wait)] * 4,
    (5, "Alice is back, and has the whole state", restart(0, "alice")),
    *[(0.5, "Alice is back, and has the whole state", wait)] * 4,
]

if __name__ == "__main__":
    target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "docs/demo.svg")
    with open(target, "w", encoding="utf-8") as file:
        file.write(svg(record(SCENES)))
    print(f"{target}: {os.path.getsize(target):,} bytes")
