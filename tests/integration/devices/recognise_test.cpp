// Each simulated device is found again among all profiles, or among those that answer like it.

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "devices/profiles/load.hpp"
#include "devices/profiles/recognise.hpp"
#include "devices/sim/registers.hpp"

namespace karkhana::profiles {
namespace {

using Known = std::vector<std::shared_ptr<Profile const>>;

Known shipped() {
    config::Problems problems;
    Known known;
    for (auto& profile : load_profiles("devices/profiles", problems))
        known.push_back(std::make_shared<Profile const>(std::move(profile)));
    return known;
}

class Standing final : public MonotonicClock {
public:
    Monotonic now() const override { return Monotonic{} + passed; }
    Duration passed{};
};

/// A device of this profile at a machine that has worked for an hour.
class Device {
public:
    explicit Device(std::shared_ptr<Profile const> profile)
        : unit_{1, std::move(profile), "press", 70'000'001, {}}, world_(scene(), clock_) {
        clock_.passed = std::chrono::hours{1};
    }
    Ask asked() {
        return [this](Question const& question) -> std::optional<std::vector<std::uint16_t>> {
            ++questions;
            auto const answer = sim::answer(unit_, world_,
                                            {1,
                                             static_cast<modbus::Function>(question.function),
                                             question.address,
                                             question.count,
                                             {}});
            if (answer.exception != 0) return std::nullopt;
            return answer.words;
        };
    }
    int questions = 0;

private:
    static sim::Scene scene() {
        sim::Scene scene;
        scene.machines.push_back({"press", "flat", 2'000, 123'456'789});
        return scene;
    }
    Standing clock_;
    sim::SceneUnit unit_;
    sim::World world_;
};

std::set<std::string> near_the_best(Recognition const& found) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < found.alike; ++i) names.insert(found.candidates[i].profile->device);
    return names;
}

TEST(Recognise, FindsEveryMeterThatIsShipped) {
    auto const known = shipped();
    int sure = 0;
    for (auto const& profile : known) {
        if (profile->find("frequency") == nullptr) continue;
        Device device{profile};
        auto const found = recognise(known, device.asked());
        ASSERT_FALSE(found.candidates.empty()) << profile->device;
        EXPECT_TRUE(near_the_best(found).contains(profile->device))
            << profile->device << " taken for " << found.candidates[0].profile->device;
        EXPECT_FALSE(found.candidates[0].turned) << profile->device;
        if (found.sure) {
            EXPECT_EQ(found.candidates[0].profile->device, profile->device);
        }
        EXPECT_LT(device.questions, 250) << profile->device;
        sure += found.sure ? 1 : 0;
    }
    EXPECT_GE(sure, 10);
}

TEST(Recognise, IsNotSureOfTwoThatAnswerAlike) {
    auto const known = shipped();
    auto const one = std::ranges::find(known, "eastron_sdm230", [](auto& p) { return p->device; });
    Device device{*one};
    auto const found = recognise(known, device.asked());
    EXPECT_FALSE(found.sure);
    EXPECT_TRUE(near_the_best(found).contains("eastron_sdm120"));
    EXPECT_TRUE(near_the_best(found).contains("eastron_sdm230"));
    EXPECT_EQ(found.candidates[0].serial, 70'000'001U);
}

TEST(Recognise, SeesThatTheWordsAreTheOtherWayRound) {
    auto const known = shipped();
    auto const one = std::ranges::find(known, "selec_mfm383a", [](auto& p) { return p->device; });
    Device device{std::make_shared<Profile const>(turned(**one))};
    auto const found = recognise(known, device.asked());
    ASSERT_TRUE(found.sure);
    EXPECT_EQ(found.candidates[0].profile->device, "selec_mfm383a");
    EXPECT_TRUE(found.candidates[0].turned);
}

TEST(Recognise, KnowsNothingOfWhatRefusesEverything) {
    auto const nobody = [](Question const&) { return std::nullopt; };
    auto const found = recognise(shipped(), nobody);
    EXPECT_TRUE(found.candidates.empty());
    EXPECT_FALSE(found.sure);
}

TEST(Recognise, BelievesNoZeros) {
    auto const zeros = [](Question const& question) {
        return std::optional{std::vector<std::uint16_t>(question.count, 0)};
    };
    EXPECT_FALSE(recognise(shipped(), zeros).sure);
}

}  // namespace
}  // namespace karkhana::profiles
