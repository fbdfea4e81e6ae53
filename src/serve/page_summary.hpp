// The summary of a page's session and the list of its reports, each with the names that all of its readers look for (legacy-clients
// 5.2 and 10). Pure, but for reports_of, which asks the store.
#pragma once

#include <string>
#include <vector>

#include "desk/desk.hpp"

namespace hazard::serve {

// At most 100 of the session's reports, the newest first.
std::vector<desk::Report> reports_of(desk::Desk& desk, const desk::PageSession& session);

std::string page_summary(const desk::PageSession& session, const std::vector<desk::Report>& reports, base::WallTime now);
std::string page_reports(const std::vector<desk::Report>& reports);

}  // namespace hazard::serve
