#include "tests/support/store_fixture.hpp"

namespace karkhana::tests {

ProjectStores::ProjectStores(Engine engine)
    : ledger_(engine, project_schema(engine),
              engine == Engine::sqlite ? store::Part::ledger : store::Part::both) {
    if (engine == Engine::sqlite)
        telemetry_.emplace(engine, project_schema(engine), store::Part::telemetry);
}

void ProjectStores::reopen() {
    ledger_.reopen();
    if (telemetry_) telemetry_->reopen();
}

}  // namespace karkhana::tests
