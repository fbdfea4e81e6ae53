"""A client that asks to be forgotten is: no file of the data folder still holds its key, its session or its pictures."""
import sqlite3

from conftest import Server
from legacy_client import BROWSER, start_session, upload


def files_with(folder, text):
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_deleted_client_leaves_nothing(tmp_path, sure_frame):
    server = Server(DATA_DIR=str(tmp_path))
    other = {"User-Agent": "somebody else"}
    try:
        session = start_session(server, BROWSER)
        status, _, reply = upload(server, f"/detect/{session}", sure_frame, headers=BROWSER)
        assert status == 200 and reply["new_reports"]
        hosted = upload(server, "/upload-cloudinary", sure_frame, name="image", headers=BROWSER)[2]["public_id"]
        theirs = upload(server, "/upload-cloudinary", sure_frame, name="image", headers=other)[2]["public_id"]
        with sqlite3.connect(f"file:{tmp_path}/hazards.db?mode=ro", uri=True) as database:
            key = database.execute("SELECT client_key FROM reports").fetchone()[0]
        database.close()
        assert files_with(tmp_path, key)
        status, _, gone = server.request("DELETE", "/client", headers=BROWSER)
        assert status == 200 and gone["reports_deleted"] == 1
        for text in (key, session, hosted, reply["new_reports"][0]["report_id"]):
            assert not files_with(tmp_path, text), text
        assert server.request("GET", "/hosted/" + hosted)[0] == 404
        assert server.request("GET", "/hosted/" + theirs)[0] == 200
    finally:
        server.stop()
    for text in (key, session, hosted):
        assert not files_with(tmp_path, text), "nor after the stop"
