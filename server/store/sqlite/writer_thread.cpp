#include "server/store/sqlite/writer_thread.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "server/store/disk_full.hpp"
#include "server/store/reentry.hpp"
#include "server/store/sqlite/fail_stop.hpp"
#include "server/store/sqlite/place.hpp"
#include "server/store/sqlite/transaction.hpp"

namespace karkhana::store::sqlite {
namespace {

constexpr std::size_t kGroupSize = 512;
// After this a group takes nobody in any more, so that the first does not wait for the last.
constexpr std::chrono::milliseconds kGroupTime{20};

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes >> 20); }

/// The same for another thread. Whoever waits owns what is thrown there alone: of one that is
/// shared nobody could say who lets go of it last.
std::exception_ptr copy_of(std::exception_ptr const& reason) {
    try {
        std::rethrow_exception(reason);
    } catch (DiskFull const& full) {
        return std::make_exception_ptr(DiskFull(std::string(full.what())));
    } catch (Unavailable const& unavailable) {
        return std::make_exception_ptr(Unavailable(std::string(unavailable.what())));
    } catch (std::exception const& other) {
        return std::make_exception_ptr(std::runtime_error(std::string(other.what())));
    }
}

/// `last`: what the closure failed with in which the transaction was lost.
std::exception_ptr why_undone(std::exception_ptr const& last) {
    try {
        if (last) std::rethrow_exception(last);
    } catch (DiskFull const&) {
        return last;
    } catch (std::exception const&) {
        // Not of the others' doing.
    }
    return std::make_exception_ptr(Unavailable("the database has undone the changes"));
}

}  // namespace

WriterThread::WriterThread(Store const& owner, SqliteOptions const& options,
                           std::unique_ptr<Connection> connection)
    : owner_(owner),
      options_(options),
      connection_(std::move(connection)),
      thread_([this] { loop(); }) {}

WriterThread::~WriterThread() {
    {
        std::lock_guard const lock(mutex_);
        closing_ = true;
    }
    arrived_.notify_all();
    thread_.join();
}

void WriterThread::run(std::function<bool(Writer&)> work) {
    Job job{std::move(work), {}, nullptr, false};
    auto done = job.done.get_future();
    {
        std::lock_guard const lock(mutex_);
        if (closing_) throw Unavailable("the database is closing");
        if (queue_.size() >= options_.queue_limit)
            throw Unavailable("too many changes wait for the disk");
        queue_.push_back(std::move(job));
        // Under the lock: once the job is done, whoever closes the store may take this away.
        arrived_.notify_one();
    }
    done.get();
}

void WriterThread::loop() {
    try {
        while (auto job = wait_for_job()) run_group(std::move(*job));
    } catch (std::exception const& broken) {
        fail_stop(std::string("the writer cannot go on: ") + broken.what());
    }
}

std::optional<WriterThread::Job> WriterThread::wait_for_job() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return closing_ || !queue_.empty(); });
    lock.unlock();
    return next_job();
}

std::optional<WriterThread::Job> WriterThread::next_job() {
    std::lock_guard const lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    std::optional<Job> job(std::move(queue_.front()));
    queue_.pop_front();
    return job;
}

void WriterThread::run_group(Job first) {
    std::exception_ptr refused;
    try {
        begin();
    } catch (std::exception const&) {
        refused = std::current_exception();
    }
    if (refused) return refuse_everything(std::move(first), refused);
    auto const closed_at = std::chrono::steady_clock::now() + kGroupTime;
    std::vector<Job> group;
    bool in_savepoints = false;
    for (std::optional<Job> job(std::move(first)); job; job = next_job()) {
        bool const undo = !in_savepoints && !perform_bare(*job);
        if (in_savepoints) perform_in_savepoint(*job);
        group.push_back(std::move(*job));
        if (undo && connection_->in_transaction()) {
            in_savepoints = true;
            perform_again(group);
        }
        if (!connection_->in_transaction()) break;
        if (group.size() == kGroupSize || std::chrono::steady_clock::now() >= closed_at) break;
    }
    if (connection_->in_transaction()) {
        connection_->commit_or_stop();
    } else {
        // Nobody's decision stands: each may have seen what another of the group had written.
        auto const undone = why_undone(group.back().failure);
        for (auto& job : group) job.failure = copy_of(undone);
    }
    answer(group);
    connection_->checkpoint_when_due();
    // What a long group needed the next one may need too, until a short one comes.
    if (std::chrono::steady_clock::now() < closed_at) connection_->trim_cache();
}

void WriterThread::begin() {
    auto const free = free_bytes_beside(options_.file);
    if (free < options_.reserve_bytes)
        throw DiskFull("the disk of " + options_.file + " is nearly full: " + megabytes(free) +
                       " MB are free, " + megabytes(options_.reserve_bytes) + " MB are wanted");
    connection_->command("BEGIN IMMEDIATE");
}

void WriterThread::perform(Job& job) {
    job.stays = false;
    try {
        Reentry const inside(owner_);
        SqliteWriter writer(*connection_);
        if (!job.work(writer)) return;
        writer.rethrow_failure();
        if (connection_->breaks_foreign_key())
            throw ConstraintViolated(ConstraintViolated::Kind::foreign_key,
                                     "a row refers to one that is not there");
        job.stays = true;
    } catch (...) {
        job.failure = std::current_exception();
    }
}

/// False when it left changes that must not stay.
bool WriterThread::perform_bare(Job& job) {
    auto const before = connection_->writes();
    perform(job);
    return job.stays || connection_->writes() == before;
}

void WriterThread::perform_in_savepoint(Job& job) {
    connection_->command("SAVEPOINT closure");
    perform(job);
    if (!connection_->in_transaction()) return;
    if (!job.stays) connection_->command("ROLLBACK TO SAVEPOINT closure");
    connection_->command("RELEASE SAVEPOINT closure");
}

/// Without the last one, whose changes must not stay. Who was refused before stays refused.
void WriterThread::perform_again(std::vector<Job>& group) {
    connection_->command("ROLLBACK");
    connection_->command("BEGIN IMMEDIATE");
    for (auto& job : group) {
        if (!job.stays) continue;
        perform_in_savepoint(job);
        if (!connection_->in_transaction()) return;
    }
}

void WriterThread::refuse_everything(Job first, std::exception_ptr const& reason) {
    std::vector<Job> refused;
    for (std::optional<Job> job(std::move(first)); job; job = next_job()) {
        job->failure = copy_of(reason);
        refused.push_back(std::move(*job));
    }
    answer(refused);
}

void WriterThread::answer(std::vector<Job>& group) {
    for (auto& job : group) {
        if (job.failure)
            job.done.set_exception(std::exchange(job.failure, nullptr));
        else
            job.done.set_value();
    }
}

}  // namespace karkhana::store::sqlite
