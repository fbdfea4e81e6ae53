"""Reports, their events, review, exports, hosting and drive uploads: L14, L18 (legacy-clients sections 6, 9 and 15)."""
import base64
import csv
import io
import json
import shutil
import xml.etree.ElementTree as ElementTree

import pytest

from conftest import Server, strict
from legacy_client import EventReader, form, post_json, start_session, upload

DETECTION = {"class_id": 1, "class_name": "pothole", "confidence": 0.8, "bbox": [100, 120, 220, 200], "area": 9600, "center_x": 160,
             "center_y": 160}
REPORT_KEYS = ["id", "status", "detection", "location", "image", "description", "severity", "severity_basis", "tags", "metadata",
               "created_at", "updated_at", "confirmed_at", "created_at_utc", "updated_at_utc", "confirmed_at_utc"]
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def office():
    """A server of its own: counts are exact."""
    running = Server()
    yield running
    assert running.stop() == 0


def make(server, **fields):
    status, _, report = post_json(server, "/reports", {"detection": DETECTION, **fields})
    assert status == 200, report
    return report


def test_report_object_has_every_field(office):
    report = make(office, location={"lat": 48.1, "lng": 11.5, "address": "A street"}, tags=["a", "b"], description="deep",
                  metadata={"session_id": "s1", "source": "dashboard"})
    assert [key for key in REPORT_KEYS if key not in report] == []
    assert report["status"] == "pending" and report["confirmed_at"] is None and report["tags"] == ["a", "b"]
    assert report["location"]["latitude"] == 48.1 and report["location"]["address"] == "A street"
    assert report["detection"]["bbox"] == DETECTION["bbox"] and report["metadata"]["source"] == "dashboard"
    assert report["severity"] == "medium" and "nobody" in report["severity_basis"]
    assert make(office, severity="critical")["severity"] == "critical"
    status, _, same = office.request("GET", "/reports/" + report["id"])
    assert status == 200 and same == report


@pytest.mark.parametrize("place", [{"lat": 48, "lng": 11}, {"lat": 48, "lon": 11}, {"latitude": 48, "longitude": 11},
                                   {"type": "Point", "coordinates": [11, 48]}])
def test_positions_in_every_spelling(office, place):
    report = make(office, location=place)
    assert (report["location"]["latitude"], report["location"]["longitude"]) == (48, 11)


@pytest.mark.parametrize("body", ["[]", "{", '{"detection":5}', '{"detection":{"class_name":"pothole","confidence":3}}', "{}",
                                  '{"detection":{"class_name":"x","confidence":0.5},"severity":"bad"}',
                                  '{"detection":{"class_name":"x"},"location":{"lat":100,"lng":1}}'])
def test_wrong_reports_are_422(office, body):
    status, _, reply = office.request("POST", "/reports", body.encode(), {"Content-Type": "application/json"})
    assert status == 422 and isinstance(reply["detail"], str)


def test_l18_list_filters_and_pages(sure_frame):
    running = Server()
    try:
        for i in range(5):
            make(running, metadata={"session_id": f"s{i % 2}", "source": "dash"}, location={"lat": 40 + i, "lng": 10})
        post_json(running, "/reports", {"detection": {**DETECTION, "class_id": 0, "class_name": "crack", "confidence": 0.95}})

        def total(query):
            status, _, page = running.request("GET", "/reports?" + query)
            assert status == 200, page
            return page["total_count"]
        assert total("") == 6 and total("status=pending,confirmed") == 6 and total("status=dismissed") == 0
        assert total("class_ids=0") == 1 and total("class_ids=0,1") == 6
        assert total("min_confidence=0.9") == 1 and total("max_confidence=0.9") == 5
        assert total("session_id=s0") == 3 and total("source=dash") == 5
        assert total("date_from=2020-01-01") == 6 and total("date_to=2020-01-01T00:00:00Z") == 0
        assert total("location_bounds=41.5,9,43.5,11") == 2
        _, _, page = running.request("GET", "/reports?limit=4&page=2&sort_by=confidence&sort_order=asc")
        assert page["pagination"] == {"page": 2, "limit": 4, "total": 6, "pages": 2, "totalPages": 2}
        assert [r["detection"]["confidence"] for r in page["reports"]] == [0.8, 0.95]
        _, _, page = running.request("GET", "/api/reports?limit=5000&class_ids=1")
        assert page["pagination"]["limit"] == 100 and page["filters_applied"] == {"class_ids": "1"}
        _, _, stats = running.request("GET", "/reports/stats")
        assert stats["total_reports"] == 6 and stats["pending_reports"] == 6 and stats["recent_reports_count"] == 6
        assert stats["reports_by_class"] == {"crack": 1, "pothole": 5} and "reports_by_severity" in stats and stats["avg_confidence"] > 0.8
    finally:
        assert running.stop() == 0


@pytest.mark.parametrize("query", ["status=gone", "class_ids=a", "location_bounds=1,2,3", "location_bounds=9,0,1,2", "date_from=yesterday",
                                   "page=0", "limit=x", "sort_by=colour", "min_confidence=2"])
def test_l18_wrong_filters_are_400(office, query):
    status, _, reply = office.request("GET", "/reports?" + query)
    assert status == 400 and isinstance(reply["detail"], str)


def test_l18_upload_in_both_spellings(office, sure_frame):
    file = ("file", sure_frame, "a.jpg", "image/jpeg")
    original = form(file, ("detection_data", json.dumps(DETECTION)), ("metadata", json.dumps({"source": "script"})))
    page = form(file, ("metadata", json.dumps({"session_id": "s9", "detections": [DETECTION], "timestamp": 1, "confidence_threshold": 0.5,
                                               "location": {"lat": 1.5, "lng": 2.5}})))
    for body, headers in (original, page):
        status, _, report = office.request("POST", "/reports/upload", body, headers)
        assert status == 200, report
        assert report["detection"]["class_name"] == "pothole" and report["image"]["url"]
        assert office.request("GET", report["image"]["url"])[1]["Content-Type"] == "image/jpeg"
    assert report["location"]["latitude"] == 1.5 and report["metadata"]["session_id"] == "s9"


def test_upload_refusals(office, sure_frame):
    def status_of(*parts):
        body, headers = form(*parts)
        status, _, reply = office.request("POST", "/reports/upload", body, headers)
        assert isinstance(reply["detail"], str)
        return status
    assert status_of(("file", b"text", "a.txt", "text/plain"), ("detection_data", "{}")) == 400
    assert status_of(("file", b"garbage", "a.jpg", "image/jpeg"), ("detection_data", "{}")) == 400
    assert status_of(("file", sure_frame, "a.jpg", "image/jpeg"), ("detection_data", "{not json")) == 400
    assert status_of(("detection_data", json.dumps(DETECTION))) == 422
    assert status_of(("file", sure_frame + b"\0" * (10 * 1024 * 1024), "a.jpg", "image/jpeg")) == 413


def test_create_of_the_web_page(office):
    status, _, report = post_json(office, "/reports/create", {
        "session_id": "s", "title": "Pothole", "description": "by the bridge", "location": {"lat": 1, "lng": 2},
        "hazard_types": ["pothole"], "severity": "critical", "metadata": {}})
    assert status == 200 and report["severity"] == "critical" and report["severity_basis"] == "given by a person"
    assert report["detection"]["class_name"] == "pothole" and report["description"] == "by the bridge"


def test_a_picture_over_the_limit_in_json_is_413(office):
    image = base64.b64encode(b"\xff\xd8" + b"\0" * (10 * 1024 * 1024)).decode()
    assert post_json(office, "/reports", {"detection": DETECTION, "image_data": image})[0] == 413


def test_confirm_dismiss_patch_delete(office):
    report = make(office)
    path = "/reports/" + report["id"]
    _, _, confirmed = post_json(office, path + "/confirm", {"notes": "seen"})
    assert confirmed["status"] == "confirmed" and confirmed["confirmed_at"] and confirmed["description"] == "seen"
    _, _, dismissed = post_json(office, path + "/dismiss", {"reason": "shadow"})
    assert dismissed["status"] == "dismissed" and dismissed["description"] == "Dismissed: shadow"
    status, _, patched = post_json(office, path, {"severity": "low", "tags": ["x"], "location": {"lat": 1, "lng": 2}}, "PATCH")
    assert status == 200 and patched["severity"] == "low" and patched["tags"] == ["x"] and patched["location"]["latitude"] == 1
    assert patched["description"] == "Dismissed: shadow"
    status, _, gone = office.request("DELETE", path)
    assert status == 200 and gone["success"] is True and "processing_time_ms" in gone
    assert office.request("GET", path)[0] == 404
    assert office.request("DELETE", path)[0] == 404


@pytest.mark.parametrize("rid", [NOBODY, "x", "..%2f..%2fetc%2fpasswd", "%27%20OR%201=1--"])
def test_unknown_reports_are_404(office, rid):
    for method, path in (("GET", f"/reports/{rid}"), ("PATCH", f"/reports/{rid}"), ("DELETE", f"/reports/{rid}"),
                         ("POST", f"/reports/{rid}/confirm"), ("POST", f"/reports/{rid}/dismiss")):
        status, _, reply = office.request(method, path, b"{}" if method in ("PATCH", "POST") else None)
        assert status == 404 and "not found" in reply["detail"], path


@pytest.mark.parametrize("path", ["/events", "/api/events/stream"])
def test_l18_every_change_is_told_with_the_report_in_both_places(office, sure_frame, path):
    reader = EventReader(office, path)
    try:
        first = reader.next()
        assert first["type"] == "connection" and {"message", "clientId", "timestamp"} <= set(first)
        assert office.request("GET", "/events/stats")[2]["sse_stats"]["active_clients"] >= 1
        report = make(office)
        event = reader.until("new_report")
        assert event["report"] == event["data"]["report"] and event["report"]["id"] == report["id"] and event["data"]["message"]
        office.request("POST", f"/reports/{report['id']}/confirm", b"")
        assert reader.until("report_updated")["report"]["status"] == "confirmed"
        office.request("DELETE", f"/reports/{report['id']}")
        assert reader.until("report_deleted")["data"]["reportId"] == report["id"]
        agent = {"User-Agent": "told" + path}
        session = start_session(office, agent)
        _, _, reply = upload(office, f"/detect/{session}", sure_frame, headers=agent)
        assert reader.until("new_report")["report"]["id"] == reply["new_reports"][0]["report_id"]
    finally:
        reader.close()


def test_events_come_again_for_who_was_away(office):
    reader = EventReader(office)
    make(office)
    reader.until("new_report")
    last = reader.last_id
    reader.close()
    missed = make(office)
    again = EventReader(office, headers={"Last-Event-ID": last})
    assert again.until("new_report")["report"]["id"] == missed["id"]
    again.close()


def detected(server, sure_frame, agent, place):
    headers = {"User-Agent": agent}
    session = start_session(server, headers)
    _, _, reply = upload(server, f"/detect/{session}", sure_frame, headers={**headers, "X-Location": place})
    return reply["new_reports"][0]["report_id"]


def test_many_hazards_are_reviewed_at_once(office, sure_frame):
    ids = [detected(office, sure_frame, f"bulk {i}", f"4{i}.5,20.5") for i in range(3)]
    asked = {"ids": [ids[0], {"id": ids[1], "version": 99}, NOBODY], "state": "confirmed"}
    status, _, reply = post_json(office, "/hazards/review", asked)
    assert status == 200 and (reply["changed"], reply["unchanged"], reply["refused"]) == (1, 0, 2)
    assert [one.get("code") for one in reply["results"]] == [None, "version_mismatch", "not_found"]
    assert office.request("GET", "/hazards/" + ids[0])[2]["state"] == "confirmed"
    box = {"location_bounds": "42.4,20.4,42.6,20.6"}
    _, _, reply = post_json(office, "/hazards/review", {"filter": box, "state": "dismissed", "reason": "a seam"})
    assert [one["id"] for one in reply["results"]] == [ids[2]] and reply["changed"] == 1
    for wrong in ({"state": "confirmed"}, {**asked, "filter": box}, {"filter": {}, "state": "confirmed"}, {**asked, "state": "merged"},
                  {"ids": ids, "state": "confirmed", "reason": 5}, {"filter": {"limit": "5"}, "state": "confirmed"}):
        assert post_json(office, "/hazards/review", wrong)[0] == 422


def test_review_of_a_hazard_asks_for_its_version(office, sure_frame):
    path = "/hazards/" + detected(office, sure_frame, "review", "48.1,11.5")
    status, headers, hazard = office.request("GET", path)
    tag = headers["ETag"]
    assert status == 200 and hazard["state"] == "pending" and hazard["history"][0]["action"] == "created"
    assert hazard["reason"] and hazard["sighting_list"][0]["reason"]
    status, _, blind = post_json(office, path, {"state": "confirmed"}, "PATCH")
    assert status == 428 and blind["code"] == "version_required"
    assert post_json(office, path, {"state": "confirmed"}, "PATCH", {"If-Match": '"999"'})[0] == 412
    assert post_json(office, path, {"state": "confirmed"}, "PATCH", {"If-Match": "no tag"})[0] == 400
    status, headers, changed = post_json(office, path, {"state": "confirmed", "actor": "Ann"}, "PATCH", {"If-Match": tag})
    assert status == 200 and changed["state"] == "confirmed" and headers["ETag"] != tag
    assert post_json(office, path, {"state": "fixed"}, "PATCH", {"If-Match": tag})[0] == 412
    assert post_json(office, path, {"state": "dismissed"}, "PATCH", {"If-Match": "*"})[0] == 422, "a reason is needed"
    assert post_json(office, path, {"state": "nonsense"}, "PATCH", {"If-Match": "*"})[0] == 422
    assert office.request("GET", "/reports/" + path.rsplit("/", 1)[1])[2]["status"] == "confirmed"
    assert office.request("GET", path)[2]["history"][-1]["actor"] == "Ann"
    assert office.request("GET", "/hazards/" + NOBODY)[0] == 404
    assert office.request("GET", "/hazards?state=confirmed")[2]["total_count"] >= 1


def test_another_vehicle_at_the_same_place_sees_the_same_hazard(office, sure_frame):
    first = detected(office, sure_frame, "first vehicle", "40.0,-3.0")
    session = start_session(office, {"User-Agent": "second vehicle"})
    _, _, reply = upload(office, f"/detect/{session}", sure_frame, headers={"User-Agent": "second vehicle", "X-Location": "40.0,-3.0"})
    assert reply["new_reports"] == [] and first in [detection["report_id"] for detection in reply["detections"]]
    assert reply["session_stats"]["unique_hazards"] >= 1
    hazard = office.request("GET", f"/hazards/{first}")[2]
    assert hazard["sightings"] == 2 and hazard["passes"] == 2


def test_exports_agree_with_the_list(office, sure_frame):
    detected(office, sure_frame, "exports", "52.5,13.4")
    _, _, page = office.request("GET", "/hazards?limit=100")
    ids = {h["id"] for h in page["hazards"]}
    placed = {h["id"] for h in page["hazards"] if h["location"]}
    _, headers, collection = office.request("GET", "/reports.geojson")
    assert headers["Content-Type"].startswith("application/geo+json") and len(collection["features"]) == len(ids)
    for name in ("csv", "kml", "gpx"):
        status, headers, text = office.request("GET", f"/reports.{name}")
        assert status == 200
        if name == "csv":
            assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == len(ids)
        else:
            root = ElementTree.fromstring(text)
            assert sum(e.tag.endswith("Placemark") or e.tag.endswith("wpt") for e in root.iter()) == len(placed)
    assert office.request("GET", "/reports.csv?classes=nothing")[2].count("\n") == 1
    assert office.request("GET", "/reports.kml?status=gone")[0] == 400
    assert office.request("GET", "/coverage.geojson")[2]["type"] == "FeatureCollection"


def test_hosting_keeps_pictures_here(office, sure_frame):
    body, headers = form(("image", sure_frame, "a.jpg", "image/jpeg"))
    status, _, hosted = office.request("POST", "/upload-cloudinary", body, headers)
    assert status == 200 and hosted["image_url"].startswith(office.url + "/")
    path = hosted["image_url"].removeprefix(office.url)
    status, headers, _ = office.request("GET", path)
    assert status == 200 and headers["Content-Type"] == "image/jpeg"
    assert post_json(office, "/delete-image", {"public_id": hosted["public_id"]})[0] == 200
    assert office.request("GET", path)[0] == 404
    assert post_json(office, "/delete-image", {"public_id": hosted["public_id"]})[0] == 404
    assert post_json(office, "/delete-image", {})[0] == 422
    body, headers = form(("image", b"text", "a.txt", "text/plain"))
    assert office.request("POST", "/upload-cloudinary", body, headers)[0] == 400


def gpx(*points):
    body = "".join(f'<trkpt lat="{lat}" lon="{lon}"><time>{time}</time></trkpt>' for lat, lon, time in points)
    return f'<?xml version="1.0"?><gpx version="1.1"><trk><trkseg>{body}</trkseg></trk></gpx>'


GOOD = gpx((48.1, 11.5, "2024-01-01T10:00:00Z"), (48.2, 11.5, "2024-01-01T10:00:10Z"))


@pytest.mark.parametrize("track, expected", [
    (GOOD, 201 if shutil.which("ffmpeg") else 501), ("no track", 400), (gpx(), 400),
    (gpx((0, 0, "2024-01-01T10:00:00Z"), (1, 1, "2024-01-01T10:00:01Z")), 400),
    (gpx((48, 11, "2024-01-01T10:00:10Z"), (48, 11, "2024-01-01T10:00:00Z")), 400), (gpx((99, 11, "2024-01-01T10:00:10Z")), 400),
    (GOOD[:-20], 400), ('<!DOCTYPE gpx [<!ENTITY a "b">]>' + GOOD, 400)])
def test_drive_uploads_check_the_track_first(office, track, expected):
    body, headers = form(("gpx_file", track, "a.gpx", "application/gpx+xml"), ("mp4_file", b"\0\0\0\x18ftyp", "a.mp4", "video/mp4"))
    status, _, reply = office.request("POST", "/api/uploads/", body, headers)
    assert status == expected and (status == 201 or isinstance(reply["detail"], str))
    assert office.request("GET", "/api/uploads/x/status")[0] == 404


def test_camel_case_reports(office, sure_frame):
    fields = (("sessionId", "s"), ("className", "pothole"), ("confidence", "0.9"), ("ts", "1700000000000"), ("lat", "1"), ("lon", "2"))
    body, headers = form(("file", sure_frame, "a.jpg", "image/jpeg"), *fields)
    for path in ("/report", "/report/"):
        status, _, reply = office.request("POST", path, body, headers)
        assert status == 200 and {"id", "cloudinaryUrl"} <= set(reply)
    body, headers = form(("cloudinaryUrl", "http://example.org/a.jpg"), *fields)
    status, _, reply = office.request("POST", "/report/create", body, headers)
    assert status == 200 and reply["message"]
    assert office.request("GET", "/reports/" + reply["id"])[2]["location"]["longitude"] == 2
    body, headers = form(("file", b"text", "a.txt", "text/plain"), *fields)
    assert office.request("POST", "/report", body, headers)[0] == 422


def test_a_server_that_restarts_says_disconnect():
    running = Server()
    reader = EventReader(running)
    assert reader.next()["type"] == "connection"
    running.process.terminate()
    assert reader.until("disconnect")["type"] == "disconnect"
    reader.close()
    assert running.process.wait(timeout=15) == 0


@pytest.mark.parametrize("method, path", [("GET", "/nowhere"), ("GET", "/debug"), ("PUT", "/reports"), ("POST", "/detect"),
                                          ("POST", "/detect-base64"), ("POST", "/detect-batch"), ("POST", "/predict"),
                                          ("GET", "/reports/x"),
                                          ("POST", "/reports"), ("POST", "/reports/upload"), ("GET", "/hazards/x"),
                                          ("POST", "/api/uploads/"), ("POST", "/delete-image"), ("POST", "/upload-cloudinary")])
def test_l14_detail_is_a_string_on_every_route(office, method, path):
    status, _, reply = office.request(method, path, b"" if method != "GET" else None)
    assert 400 <= status < 500 and isinstance(reply["detail"], str) and isinstance(reply["code"], str) and reply["request_id"]


def test_ids_of_strict_json(office):
    strict(json.dumps(office.request("GET", "/reports")[2]))
