"""Sends pictures to a server and prints what it found in each:  python example.py ws://127.0.0.1:8080 road1.jpg road2.jpg"""
import asyncio
import pathlib
import sys

from hazardstream_client import HazardStream


async def main(url, files):
    async with HazardStream(url, delivery="all", fields="lean", on_state=lambda word: print(word, file=sys.stderr)) as stream:
        waiting = [(file, await stream.send(pathlib.Path(file).read_bytes(), frame_id=file)) for file in files]
        for file, future in waiting:
            verdict = await future
            if verdict["type"] == "detection_result":
                found = [f"{box['class_name']} {box['confidence']:.2f} {box['bbox']}" for box in verdict["data"]["detections"]]
                print(file, ", ".join(found) or "nothing found")
            else:
                print(file, verdict["type"], verdict.get("reason") or verdict.get("error", ""))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
