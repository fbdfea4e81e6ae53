"""Splits the public data set by route into train.tar and val.tar, pictures 640 px wide, and prints what is in them.

    python -m hazard_training.prepare --data ROADS --val-routes ROUTE ROUTE --out data

ROADS is a folder tree or a tar of frames. Whole routes go to one side, because neighbouring frames of a route overlap.
"""
import argparse
import io
import pathlib
import tarfile

import cv2

from . import data


def encode(extension, picture, *parameters):
    fine, content = cv2.imencode(extension, picture, parameters)
    if not fine:
        raise SystemExit(f"cannot encode {extension}")
    return content.tobytes()


def frame_files(frame, masks):
    """The files of one frame: picture, both masks, and the lane at a quarter of the size."""
    height, width = frame.lane.shape
    lane = cv2.resize(frame.lane, (width // 4, height // 4), interpolation=cv2.INTER_NEAREST)
    yield f"{frame.name}_RAW.webp", encode(".webp", frame.picture, cv2.IMWRITE_WEBP_QUALITY, 90)
    for kind, mask in zip(("CRACK", "POTHOLE", "LANE"), (*masks, lane)):
        yield f"{frame.name}_{kind}.png", encode(".png", mask)


def write_pack(path, source, keep):
    """Writes the frames whose route `keep` accepts; returns them without their pictures' bytes being kept twice."""
    counted = []
    with tarfile.open(path, "w") as archive:
        for frame, masks in data.read_annotated(source, keep):
            for name, content in frame_files(frame, masks):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            frame.picture = None
            counted.append(frame)
    return counted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder tree or tar of annotated frames")
    parser.add_argument("--val-routes", nargs="+", required=True, help="routes kept for validation")
    parser.add_argument("--out", default="data")
    options = parser.parse_args()
    out, kept = pathlib.Path(options.out), set(options.val_routes)
    out.mkdir(parents=True, exist_ok=True)
    for name, keep in (("train", lambda route: route not in kept), ("val", lambda route: route in kept)):
        frames = write_pack(out / f"{name}.tar", options.data, keep)
        print(f"{name}.tar: {data.inventory(frames)}")
        if not frames:
            raise SystemExit(f"no frame for {name}.tar: look at the names of the routes")


if __name__ == "__main__":
    main()
