"""What bench/growth prints: a small table for each dimension, and one SVG with a small plot for each."""
import math
from xml.sax.saxutils import escape

from lib.dimensions import label

MIB = 1 << 20
COLUMNS, WIDTH, HEIGHT, GAP = 3, 380, 330, 14
LEFT, RIGHT = 18, 18  # of a plot, inside its card
CPU_TOP, CPU_HEIGHT, RSS_TOP, RSS_HEIGHT = 82, 104, 226, 56
COLORS = {"back": ("#ffffff", "#0d1117"), "card": ("#f6f8fa", "#161b22"), "edge": ("#d8dee4", "#3d444d"), "text": ("#1f2328", "#f0f6fc"),
          "soft": ("#59636e", "#a3adb8"), "cpu": ("#0b62b8", "#6cb2ff"), "cpu2": ("#7a4fc4", "#c5a3ff"), "rss": ("#b0450a", "#ffa35c")}


def style():
    """The same on white and on dark, by what the reader's system prefers. No CSS variables: not every viewer knows them."""
    def of(i):
        c = {name: both[i] for name, both in COLORS.items()}
        fills = " ".join(f".{name} {{ fill: {c[name]}; }}" for name in ("back", "soft", "cpu", "cpu2", "rss"))
        strokes = " ".join(f".{name}-line {{ stroke: {c[name]}; }}" for name in ("cpu", "cpu2", "rss"))
        return f"text {{ fill: {c['text']}; }} {fills} {strokes} .card {{ fill: {c['card']}; stroke: {c['edge']}; }} .grid {{ stroke: {c['edge']}; }}"
    return (f"text {{ font-family: system-ui, sans-serif; font-size: 12px; }} .title {{ font-size: 15px; font-weight: 600; }} "
            f".head {{ font-size: 20px; font-weight: 600; }} .mid {{ text-anchor: middle; }} .end {{ text-anchor: end; }} "
            f".line {{ fill: none; stroke-width: 2; stroke-linejoin: round; }}\n{of(0)}\n@media (prefers-color-scheme: dark) {{ {of(1)} }}")


def lines_of(points):
    """{line: its points}, in the order in which they come."""
    lines = {}
    for point in points:
        lines.setdefault(point["line"], []).append(point)
    return lines


def positions(xs):
    """Where each x lies on a log axis, from 0 to 1; zero has a place of its own before the first."""
    above = sorted({x for x in xs if x > 0})
    if len(set(xs)) == 1:
        return {xs[0]: 0.5}
    logs = {x: math.log(x) for x in above}
    if 0 in xs:
        step = (logs[above[-1]] - logs[above[0]]) / (len(above) - 1) if len(above) > 1 else 1
        logs[0] = logs[above[0]] - step
    least, most = min(logs.values()), max(logs.values())
    return {x: (at - least) / (most - least) for x, at in logs.items()}


def short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def curve(points, place, what, top, height, most, color, above):
    """A line with a dot and a value at each point. `above`: the values stand above it, else below."""
    at = [(place(p["x"]), top + height * (1 - what(p) / most), what(p)) for p in points]
    out = [f'<polyline class="line {color}-line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in at)}"/>']
    for x, y, value in at:
        out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="{color}"/>'
                   f'<text class="mid {color}" x="{x:.1f}" y="{y - 9 if above else y + 18:.1f}">{short(value)}</text>')
    return out


def card(dimension, points, left, top):
    """One dimension: CPU above, memory below, on one axis."""
    place_of = positions([p["x"] for p in points])
    width = WIDTH - LEFT - RIGHT - 44
    place = lambda x: LEFT + 22 + width * place_of[x]
    lines = lines_of(points)
    cpu, rss = (lambda p: p["cpu_us"]), (lambda p: p["peak_bytes"] / MIB)
    out = [f'<g transform="translate({left},{top})">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" class="card"/>',
           f'<text class="title" x="{LEFT}" y="28">{escape(dimension.title)}</text>']
    if dimension.goal:
        out.append(f'<text class="soft end" x="{WIDTH - RIGHT}" y="{28 if len(lines) > 1 else 50}">goal: {escape(dimension.goal)}</text>')
    out.append(f'<text class="cpu" x="{LEFT}" y="50">CPU, µs a report</text>')
    if len(lines) > 1:
        names = "\u00a0\u00a0\u00a0".join(f'<tspan class="{color}">● {escape(name)}</tspan>' for name, color in zip(lines, ("cpu", "cpu2")))
        out.append(f'<text class="end" x="{WIDTH - RIGHT}" y="50">{names}</text>')
    out.append(f'<text class="rss" x="{LEFT}" y="{RSS_TOP - 20}">peak RSS, MiB</text>')
    for base in (CPU_TOP + CPU_HEIGHT, RSS_TOP + RSS_HEIGHT):
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}"/>')
    most = max(map(cpu, points))
    for i, (group, color) in enumerate(zip(lines.values(), ("cpu", "cpu2"))):
        out += curve(group, place, cpu, CPU_TOP, CPU_HEIGHT, most, color, above=i == 0)
    out += curve(next(iter(lines.values())), place, rss, RSS_TOP + 12, RSS_HEIGHT - 12, max(map(rss, points)), "rss", above=True)
    for x in place_of:
        out.append(f'<text class="mid soft" x="{place(x):.1f}" y="{RSS_TOP + RSS_HEIGHT + 17}">{label(dimension.name, x)}</text>')
    for i, (group, color) in enumerate(zip(lines.values(), ("cpu", "cpu2")) if dimension.how == "picture" else []):
        first, last = group[0]["rate"], group[-1]["rate"]
        if first and last:
            out.append(f'<text class="mid {color}" x="{WIDTH / 2}" y="{CPU_TOP + CPU_HEIGHT - 24 + 16 * i}">'
                       f'{first:,.0f} → {last:,.0f} reports/s: {last / first:.2f} ×</text>')
    out.append(f'<text class="mid soft" x="{WIDTH / 2}" y="{HEIGHT - 12}">{escape(dimension.unit)}</text></g>')
    return out


def svg(dimensions, figures):
    shown = [d for d in dimensions if figures["dimensions"].get(d.name)]
    columns = min(COLUMNS, max(1, len(shown)))
    rows = -(-len(shown) // columns)
    width, height = max(2, columns) * (WIDTH + GAP) + GAP, 64 + rows * (HEIGHT + GAP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">', f"<style>{style()}</style>",
           '<rect width="100%" height="100%" class="back"/>', f'<text class="head" x="{GAP}" y="30">How cost grows</text>',
           f'<text class="soft" x="{GAP}" y="50">{escape(figures["when"])}, {escape(figures["machine"])}. All scales begin at 0 upwards, '
           f'to the right they are logarithmic.</text>']
    for i, dimension in enumerate(shown):
        out += card(dimension, figures["dimensions"][dimension.name], GAP + i % columns * (WIDTH + GAP), 64 + i // columns * (HEIGHT + GAP))
    return "\n".join([*out, "</svg>"]) + "\n"


ROWS = [("CPU, µs a report", "cpu_us", short), ("peak RSS, MiB", "peak_bytes", lambda v: short(v / MIB)), ("reports/s", "rate", lambda v: f"{v:,.0f}"),
        ("alert transitions", "transitions", lambda v: f"{v:,}"), ("state, MiB", "state_bytes", lambda v: short(v / MIB)),
        ("append to readable alert, p50, ms", "p50_ms", short), ("p99, ms", "p99_ms", short)]


def markdown(dimensions, figures):
    out = [f"{figures['when']}, {figures['machine']}. `{figures['command']}`; load {figures['load']} at the start, {figures['load_end']} at the end."]
    for dimension in dimensions:
        for line, points in lines_of(figures["dimensions"].get(dimension.name) or []).items():
            name = dimension.title + (f", {line}" if line else "")
            out += ["", f"| **{name}** | " + " | ".join(label(dimension.name, p["x"]) for p in points) + " |", "|---" * (len(points) + 1) + "|"]
            for what, key, form in ROWS:
                if any(p.get(key) is not None for p in points):
                    out.append(f"| {what} | " + " | ".join("–" if p.get(key) is None else form(p[key]) for p in points) + " |")
    wrong = figures["wrong"]
    return "\n".join([*out, *([""] if wrong else []), *(f"WRONG: {each}" for each in wrong)]) + "\n"
