"""What bench/run prints: a table with ratios, and a plot."""
import os, pathlib, platform, statistics

MIB = 1 << 20


def machine():
    model = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) // MIB
    return f"{os.cpu_count()} cores ({model}), {memory} GB, Linux {platform.release()}"


def median(values):
    values = [v for v in values if v is not None]
    return statistics.median(values) if values else None


def drains(figures, name):
    """The figures of an engine's rounds, start-up taken out by the two sizes; those with a wrong result are left out."""
    small, large = ([f for f in figures["drain"] if f["engine"] == name and f["records"] == n and f["result"]["right"] is not False]
                    for n in figures["sizes"])
    more = figures["sizes"][1] - figures["sizes"][0]
    out = {"rounds": len(large)}
    if large:
        out["cpu_raw"] = median([1e6 * f["cpu_s"] / f["records"] for f in large])
        out["rate_raw"] = median([f["records"] / f["wall_s"] for f in large])
        out["peak"] = max(f["peak_bytes"] for f in large)
        out["state"] = median([f["state_bytes"] for f in large])
    if large and small:
        out["cpu"] = median([1e6 * (b["cpu_s"] - a["cpu_s"]) / more for a, b in zip(small, large)])
        walls = [b["wall_s"] - a["wall_s"] for a, b in zip(small, large)]
        out["rate"] = median([more / w for w in walls if w > 0])
    return out


def row(label, values, form):
    """Values of all engines; behind each the ratio to the first where that says something."""
    cells = []
    for i, value in enumerate(values):
        ratio = f" ({value / values[0]:.2g}×)" if i and value and values[0] and form != "text" else ""
        cells.append("–" if value is None else (str(value) if form == "text" else form.format(value)) + ratio)
    return f"| {label} | " + " | ".join(cells) + " |"


def markdown(figures):
    main = [e for e in figures["engines"] if e["name"] != "kafka-streams-dsl"]
    names = [e["name"] for e in main]
    drained = [drains(figures, n) for n in names]
    of = lambda what, scale=1: [d[what] / scale if d.get(what) is not None else None for d in drained]
    kills = {f["engine"]: f for f in figures["kill"]}
    steady = {f["engine"]: f for f in figures["steady"]}
    at = lambda i, what: [steady[n]["rates"][i].get(what) if n in steady else None for n in names]
    last = {n: [f["result"] for f in figures["drain"] if f["engine"] == n and f["records"] == figures["sizes"][1]] for n in names}

    def verdict(n):
        if not last[n] or last[n][0]["right"] is None:
            return None
        wrong = [r for r in last[n] if not r["right"]]
        return "right" if not wrong else f"WRONG in {len(wrong)} of {len(last[n])}: {wrong[0]['counts_wrong']} counts, {wrong[0]['problems']}"

    def episodes(n):
        found = [r["episodes"] for r in last[n] if r.get("episodes") is not None]
        return None if not found else " / ".join(map(str, found))

    lines = [f"{figures['when']}, {figures['machine']}. `{figures['command']}`, backlogs of {figures['sizes'][0]:,} and {figures['sizes'][1]:,} reports, "
             f"rounds: {max((d['rounds'] for d in drained), default=0)}, medians. In brackets: how many times the first column.", "",
             "| figure | " + " | ".join(e["label"] for e in main) + " |", "|---" * (len(main) + 1) + "|",
             row("version", [e["version"] for e in main], "text"),
             row("result", [verdict(n) for n in names], "text"),
             row("CPU-s a million reports, start-up taken out", of("cpu"), "{:.1f}"),
             row("the same, raw", of("cpu_raw"), "{:.1f}"),
             row("reports/s, start-up taken out", of("rate"), "{:,.0f}"),
             row("the same, raw", of("rate_raw"), "{:,.0f}"),
             row("peak RSS, MiB", of("peak", MIB), "{:.0f}"),
             row("state on disk at the end (memtables are not), MiB", of("state", MIB), "{:.1f}"),
             row("start to first output, s", [steady.get(n, {}).get("start_to_first_output_s") for n in names], "{:.2f}"),
             row("CPU-s until then", [steady.get(n, {}).get("start_cpu_s") for n in names], "{:.2f}"),
             row("idle, % of a core", [steady.get(n, {}).get("idle_percent") for n in names], "{:.1f}")]
    for i, rate in enumerate((100, 1000)):
        for what in ("p50", "p99", "max"):
            lines.append(row(f"append to readable alert at {rate:,}/s, {what}, ms", at(i, f"{what}_ms"), "{:.0f}"))
        lines.append(row(f"% of a core at {rate:,}/s", at(i, "cpu_percent"), "{:.0f}"))
    lines += [row("kill -9 in mid-drain: first new output, s", [kills[n]["first_output_s"] if n in kills else None for n in names], "{:.2f}"),
              row("and the result", [("right" if kills[n]["result"]["right"] else "WRONG") if n in kills else None for n in names], "text"),
              row("alert episodes in each round", [episodes(n) for n in names], "text"),
              row("installed, MiB", [", ".join(f"{what} {size / MIB:.0f}" for what, size in e["installed"]) or None for e in main], "text")]
    lines = [line for line in lines if not line.endswith("|" + " – |" * len(main))]
    for f in figures["drain"]:
        if f["engine"] == "kafka-streams-dsl":
            lines += ["", f"Kafka Streams as most people write it (windowed DSL), {f['records']:,} reports: {f['records'] / f['wall_s']:.0f} reports/s, "
                      f"{1e6 * f['cpu_s'] / f['records']:.0f} CPU-s a million, {f['state_bytes'] / MIB:.0f} MiB of state, "
                      f"start-up included."]
    return "\n".join(lines) + "\n"


def plots(figures):
    """[(title, [(engine, value)])], engines without a figure left out."""
    main = [e for e in figures["engines"] if e["name"] != "kafka-streams-dsl"]
    kills = {f["engine"]: f["first_output_s"] for f in figures["kill"]}
    steady = {f["engine"]: f["rates"][-1].get("p99_ms") for f in figures["steady"]}
    drained = {e["name"]: drains(figures, e["name"]) for e in main}
    found = [("CPU-seconds a million reports, draining (less is better)", lambda n: drained[n].get("cpu")),
             ("reports a second, draining (more is better)", lambda n: drained[n].get("rate")),
             ("append to readable alert at 1,000/s, p99, ms (less is better)", steady.get),
             ("kill -9 in mid-drain to new output, s (less is better)", kills.get)]
    return [(title, [(e["label"], of(e["name"])) for e in main if of(e["name"]) is not None]) for title, of in found]


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def svg(figures):
    """A panel a figure, a bar an engine."""
    shown = [(title, bars) for title, bars in plots(figures) if bars]
    out, top = [], 0
    for title, bars in shown:
        most = max(value for _, value in bars) or 1
        out.append(f'<text x="10" y="{top + 22}" font-weight="bold">{title}</text>')
        for i, (label, value) in enumerate(bars):
            y, width = top + 34 + 26 * i, max(1, 420 * value / most)
            fill = "#1b6ca8" if i == 0 else "#9aa5ad"
            out.append(f'<text x="160" y="{y + 14}" text-anchor="end">{label}</text><rect x="170" y="{y}" width="{width:.0f}" height="18" fill="{fill}"/>'
                       f'<text x="{176 + width:.0f}" y="{y + 14}">{number(value)}</text>')
        top += 50 + 26 * len(bars)
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{top}" font-family="sans-serif" font-size="13">',
                      '<rect width="100%" height="100%" fill="#fff"/>', *out, "</svg>"]) + "\n"
