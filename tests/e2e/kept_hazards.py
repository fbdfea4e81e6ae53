"""Hazards for tests of the page, made through the server's own doors, or copied in its file while it is down."""
import pathlib
import sqlite3
import uuid

from conftest import drive_picture, find_number

FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n--x--\r\n'


def picture_of_one(server):
    """A picture in which the model finds one crack, surely, and nothing else."""
    return drive_picture(server, find_number(server, lambda scores: len(scores) == 1 and scores[0] >= 0.65, "crack"))


def find(server, picture, place, client):
    """One client's picture at a place, (latitude, longitude): the id of the hazard, a new one or one that is known there."""
    agent = {"User-Agent": client}
    session = server.request("POST", "/session/start", b"", agent)[2]["session_id"]
    status, _, seen = server.request("POST", f"/detect/{session}", FORM % picture,
                                     {**agent, "Content-Type": "multipart/form-data; boundary=x", "X-Location": "%f,%f" % place})
    assert status == 200
    return seen["detections"][0]["report_id"]


def one(server, hazard_id):
    status, _, hazard = server.request("GET", f"/hazards/{hazard_id}")
    assert status == 200, hazard
    return hazard


def copy_hazards(folder, count):
    """Copies the only hazard in the file of a server that is down: others have their own id, place, class and hour."""
    [file] = pathlib.Path(folder).glob("*.db")
    base = sqlite3.connect(file)
    names = [row[1] for row in base.execute("PRAGMA table_info(hazards)") if row[1] != "pk"]
    [row] = base.execute(f"SELECT {','.join(names)} FROM hazards")
    row = dict(zip(names, row))
    for i in range(count):
        side, along = divmod(i, 100)
        hour = row["last_seen"] - (i + 1) * 3_600_000_000
        place = {"lat": row["lat"] + along * 2e-4, "lon": row["lon"] + side * 3e-4}
        copy = {**row, **place, "id": str(uuid.UUID(int=i + (4 << 76) + (8 << 60))), "first_seen": hour, "last_seen": hour,
                "class_id": i % 2, "class_name": ("crack", "pothole")[i % 2]}
        base.execute(f"INSERT INTO hazards({','.join(copy)}) VALUES({','.join('?' * len(copy))})", list(copy.values()))
    base.commit()
    base.close()
