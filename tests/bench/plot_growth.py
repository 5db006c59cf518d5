"""Draws the curves of `./tunebook bench growth` (JSON, from standard input) as an SVG file that can be read on light and on dark pages."""

import json
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.ticker import NullLocator  # noqa: E402

GREY = "#808080"
COLOURS = {False: "#2f81f7", True: "#e8710a"}  # layers checkpointed or not
ROWS = {"tokens_per_s": "tokens/s", "peak_gb": "peak memory, GB"}
STYLE = {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.size": 9, "text.color": GREY, "axes.labelcolor": GREY, "axes.edgecolor": GREY,
         "xtick.color": GREY, "ytick.color": GREY, "axes.facecolor": "none", "figure.facecolor": "none", "axes.spines.top": False, "axes.spines.right": False}


def main(curves: list[dict], file: str) -> None:
    names = list(dict.fromkeys(c["series"] for c in curves))
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(len(ROWS), len(names), figsize=(max(6, 3 * len(names)), 5), squeeze=False, sharex="col")
        for r, (key, unit) in enumerate(ROWS.items()):
            for c, name in enumerate(names):
                for curve in (c for c in curves if c["series"] == name):
                    draw(axes[r][c], curve, key)
                axes[r][c].set_ylim(bottom=0)
            axes[r][0].set_ylabel(unit)
        figure.legend(handles=legend(), loc="upper center", ncols=4, frameon=False)
        figure.tight_layout(rect=(0, 0, 1, 0.94))
        figure.savefig(file, transparent=True, metadata={"Date": None})


def draw(axes, curve: dict, key: str) -> None:
    """Measured points joined, predicted ones dashed, and a cross at the predicted place where memory was too small."""
    colour, x = COLOURS[curve["checkpoint_layers"]], curve["x"]
    predicted = [r["predicted"][key] for r in curve["results"]]
    axes.plot(x, [r.get(key, float("nan")) for r in curve["results"]], color=colour, marker="o", markersize=4)
    axes.plot(x, predicted, color=colour, linestyle="--", linewidth=1)
    lost = [(a, b) for a, b, r in zip(x, predicted, curve["results"]) if "out_of_memory" in r]
    axes.plot([a for a, _ in lost], [b for _, b in lost], color=colour, linestyle="", marker="x")
    axes.set_xscale("log", base=2)
    axes.set_xticks(x, [f"{n:,}" for n in x])
    axes.xaxis.set_minor_locator(NullLocator())
    if key == list(ROWS)[-1]:
        axes.set_xlabel(curve["label"])


def legend() -> list[Line2D]:
    return [Line2D([], [], color=COLOURS[False], label="layers kept"), Line2D([], [], color=COLOURS[True], label="layers checkpointed"),
            Line2D([], [], color=GREY, marker="o", markersize=4, label="measured"), Line2D([], [], color=GREY, linestyle="--", linewidth=1, label="predicted")]


if __name__ == "__main__":
    main(json.load(sys.stdin), sys.argv[1])
