#include "report/exports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/hazards.hpp"
#include "support/temp_store.hpp"

namespace hazard::report {
namespace {

using testing::StartsWith;
using namespace std::string_literals;

// Three hazards: an ordinary one, one whose words are as hostile as can be, one without a place.
std::vector<domain::Hazard> hazards() {
  std::vector<domain::Hazard> all{test::sample_hazard(1, {52.5200066, 13.404954}), test::sample_hazard(2, {-33.8688, -151.2093}),
                                  test::sample_hazard(3)};
  all[1].note = "=HYPERLINK(\"x\"),<script>\r\n\0\x1B\xFF ]]> \xE2\x80\xA8"s;
  all[1].reason = "a,b\"c\"";
  all[1].class_name = "surface damage";
  all[2].place.reset();
  return all;
}

std::vector<store::CoverageRecord> coverage() {
  return {{"d", "c", test::at_second(0), test::at_second(9), 90, 0, {{52.5, 13.4}, {52.501, 13.4}}},
          {"e", "c", test::at_second(0), test::at_second(9), 90, 3, {{-17, 179.99}, {-17.01, -179.99}}},
          {"f", "c", test::at_second(0), test::at_second(9), 1, 0, {{1, 1}}}};
}

// Python's own json, csv and xml readers, which are strict, read what was written; the script's exit code is the answer.
int read_back(const std::string& script, const std::string& text) {
  test::TempFolder folder;
  const auto data = (folder.path() / "data").string();
  const auto program = (folder.path() / "program.py").string();
  std::ofstream(data, std::ios::binary) << text;
  std::ofstream(program) << "import sys\nDATA = sys.argv[1]\n" << script;
  return std::system(("python3 '" + program + "' '" + data + "'").c_str());
}

TEST(Exports, geojson_is_read_back_with_counts_and_coordinates) {
  EXPECT_EQ(read_back(R"(
import json
def refuse(pairs):
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
def no(x): raise ValueError(x)
root = json.loads(open(DATA, encoding='utf-8').read(), object_pairs_hook=refuse, parse_constant=no)
assert root['type'] == 'FeatureCollection'
f = root['features']
assert len(f) == 3 and all(x['type'] == 'Feature' for x in f)
assert f[0]['geometry'] == {'type': 'Point', 'coordinates': [13.404954, 52.5200066]}
assert f[1]['geometry']['coordinates'] == [-151.2093, -33.8688]
assert f[2]['geometry'] is None
assert f[0]['properties']['state'] == 'confirmed' and f[0]['properties']['passes'] == 2
assert f[1]['properties']['note'].startswith('=HYPERLINK("x"),<script>\r\n\0\x1b')
assert 'severity' not in f[0]['properties']
)",
                      hazards_geojson(hazards())),
            0);
}

TEST(Exports, csv_is_read_back_with_as_many_lines_as_hazards) {
  EXPECT_EQ(read_back(R"(
import csv
rows = list(csv.reader(open(DATA, encoding='utf-8', newline=''), strict=True))
assert len(rows) == 4 and {len(r) for r in rows} == {len(rows[0])}, rows
head = rows[0]
first, second, third = (dict(zip(head, r)) for r in rows[1:])
assert (first['latitude'], first['longitude']) == ('52.5200066', '13.404954')
assert second['longitude'] == '-151.2093'
assert second['note'].startswith("'=HYPERLINK") and second['reason'] == 'a,b"c"'
assert third['latitude'] == third['longitude'] == third['uncertainty_m'] == third['heading_deg'] == ''
assert first['first_seen'] == '2023-11-14T22:13:20.000Z'
)",
                      hazards_csv(hazards())),
            0);
}

TEST(Exports, kml_and_gpx_are_read_back_without_the_placeless) {
  EXPECT_EQ(read_back(R"(
import xml.etree.ElementTree as E
root = E.parse(DATA).getroot()
k = '{http://www.opengis.net/kml/2.2}'
marks = root.findall(f'{k}Document/{k}Placemark')
assert len(marks) == 2
assert [m.find(f'{k}Point/{k}coordinates').text for m in marks] == ['13.404954,52.5200066', '-151.2093,-33.8688']
assert '<script>' in marks[1].find(f'{k}description').text
)",
                      hazards_kml(hazards())),
            0);
  EXPECT_EQ(read_back(R"(
import xml.etree.ElementTree as E
root = E.parse(DATA).getroot()
g = '{http://www.topografix.com/GPX/1/1}'
assert root.tag == g + 'gpx' and root.get('version') == '1.1'
points = root.findall(g + 'wpt')
assert [(p.get('lat'), p.get('lon')) for p in points] == [('52.5200066', '13.404954'), ('-33.8688', '-151.2093')]
assert [c.tag for c in points[0]] == [g + t for t in ('time', 'name', 'desc', 'type')]
)",
                      hazards_gpx(hazards())),
            0);
}

TEST(Exports, coverage_is_lines_cut_at_the_date_line) {
  EXPECT_EQ(read_back(R"(
import json
f = json.load(open(DATA, encoding='utf-8'))['features']
assert len(f) == 2
assert f[0]['geometry'] == {'type': 'LineString', 'coordinates': [[13.4, 52.5], [13.4, 52.501]]}
assert f[0]['properties']['nothing_found'] is True and f[0]['properties']['pictures'] == 90
assert f[1]['geometry']['type'] == 'MultiLineString'
a, b = f[1]['geometry']['coordinates']
assert a == [[179.99, -17], [180, -17.005]] and b == [[-180, -17.005], [-179.99, -17.01]], (a, b)
assert f[1]['properties']['nothing_found'] is False
)",
                      coverage_geojson(coverage())),
            0);
}

TEST(Exports, coverage_that_goes_on_says_from_when) {
  const base::WallTime day = std::chrono::sys_days{std::chrono::year{2026} / 3 / 5};
  EXPECT_EQ(coverage_geojson({}, day + std::chrono::microseconds(1)),
            R"({"type":"FeatureCollection","features":[],"truncated":true,"next_date_to":"2026-03-05T00:00:00.001Z"})");
}

TEST(Exports, nothing_is_a_whole_document_in_every_format) {
  EXPECT_EQ(hazards_geojson({}), R"({"type":"FeatureCollection","features":[]})");
  EXPECT_EQ(coverage_geojson({}), R"({"type":"FeatureCollection","features":[]})");
  EXPECT_THAT(hazards_csv({}), StartsWith("id,class,state,latitude,longitude,"));
  EXPECT_EQ(read_back("import xml.etree.ElementTree as E\nE.parse(DATA)\n", hazards_kml({})), 0);
  EXPECT_EQ(read_back("import xml.etree.ElementTree as E\nE.parse(DATA)\n", hazards_gpx({})), 0);
}

}  // namespace
}  // namespace hazard::report
