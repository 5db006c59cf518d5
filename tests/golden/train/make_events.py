"""Makes events.tfevents with TensorBoard's own record writer and protobuf classes, and checks that TensorBoard's
EventAccumulator reads the scalars back. EventFileTest writes the same events and must get the same bytes.

Run from this folder: python make_events.py. With a file as argument it only prints what EventAccumulator reads from it.
"""
import importlib.metadata
import json
import pathlib
import platform
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.summary.writer.record_writer import RecordWriter

HERE = pathlib.Path(__file__).parent
START = 1700000000.25
STEPS = [(1, [("loss", 2.5), ("learning_rate", 1e-4), ("gradient_norm", 0.0), ("tokens_per_second", 1234.5)]),
         (2, [("loss", 1.75), ("learning_rate", 5e-5), ("gradient_norm", 3.25), ("tokens_per_second", 2e6), ("eval_loss", 2.125)]),
         (300, [("loss", float("nan")), ("learning_rate", 0.0), ("gradient_norm", float("inf")), ("tokens_per_second", 1.0)]),
         (0, [("점수", -1.5)])]


def read(path):
    events = EventAccumulator(str(path)).Reload()
    return {tag: [(e.wall_time, e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def main():
    path = HERE / "events.tfevents"
    with open(path, "wb") as f:
        writer = RecordWriter(f)
        writer.write(Event(wall_time=START, file_version="brain.Event:2").SerializeToString())
        for i, (step, values) in enumerate(STEPS):
            event = Event(wall_time=START + 1 + i, step=step)
            for tag, value in values:
                event.summary.value.add(tag=tag, simple_value=value)
            writer.write(event.SerializeToString())
    got = read(path)
    assert set(got) == {tag for _, values in STEPS for tag, _ in values}, got
    assert got["eval_loss"] == [(START + 2, 2, 2.125)], got
    assert [s for _, s, _ in got["loss"]] == [1, 2, 300], got
    versions = {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in ("tensorboard", "protobuf")}}
    (HERE / "versions-events.json").write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    print(read(sys.argv[1])) if len(sys.argv) > 1 else main()
