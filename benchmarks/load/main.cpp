// Publishes and consumes in one process, over raw sockets; prints `begin` and `end` around what is measured, then a
// line of JSON. Windows keep both ends at one rate; with a rate, messages go out when they are due, whatever came back.
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>

#include "protocols.hpp"

namespace {

Options read_options(int count, char** words) {
    std::map<std::string, std::string> given;
    for (int at = 1; at + 1 < count; at += 2) given[words[at]] = words[at + 1];
    Options options;
    auto read = [&](const char* name, auto& value) {
        auto found = given.find(std::string("--") + name);
        if (found == given.end()) return;
        std::istringstream(found->second) >> value;
        given.erase(found);
    };
    read("protocol", options.protocol);
    read("workload", options.workload);
    read("port", options.port);
    read("size", options.size);
    read("publishers", options.publishers);
    read("readers", options.readers);
    read("idle", options.idle);
    read("rate", options.rate);
    read("warm-up", options.warm_up);
    read("seconds", options.seconds);
    read("window", options.window);
    read("depth", options.depth);
    read("backlog", options.backlog);
    read("ack-batch", options.ack_batch);
    read("customers", options.customers);
    read("filters", options.filters);
    read("topics", options.topics);
    read("fill", options.fill);
    read("drain", options.drain);
    if (!given.empty()) fail("unknown option " + given.begin()->first);
    if (options.port == 0) fail("--port is needed");
    return options;
}

double cpu_seconds() {
    rusage used;
    getrusage(RUSAGE_SELF, &used);
    return double(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + double(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

class Load {
  public:
    explicit Load(const Options& options)
        : options_(options), protocol_(make_protocol(options)), body_(options.size, options.customers) {
        prctl(PR_SET_TIMERSLACK, 1);
        epoll_ = epoll_create1(0);
        int number = 0;
        for (int at = 0; at < (options.fill ? 0 : options.readers); ++at) add(number++, true);
        for (int at = 0; at < (options.drain ? 0 : options.publishers); ++at) add(number++, false);
        for (int at = 0; at < options.idle; ++at) add_idle(number++);
        for (auto& peer : peers_) {
            fcntl(peer->fd, F_SETFL, O_NONBLOCK);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = peer.get();
            epoll_ctl(epoll_, EPOLL_CTL_ADD, peer->fd, &event);
            if (peer->is_reader && !peer->data().empty()) protocol_->messages(*peer, counts_);  // behind the answer
            flush(*peer);
        }
        // At most 4 MB of bodies under way, as many as one read of a reader at least.
        depth_ = std::min<uint64_t>(options.depth, std::max<uint64_t>(8, (4u << 20) / options.size));
        burst_ = std::max<uint64_t>(1, std::min<uint64_t>(100, 65536 / options.size));
    }

    void run() {
        if (options_.fill || options_.drain) {
            run_to_the_end();
            return;
        }
        start_ns_ = now_ns();
        uint64_t measured_ns = start_ns_ + uint64_t(options_.warm_up * 1e9);
        run_until(measured_ns);
        counts_.keeps_latencies = options_.rate > 0;
        uint64_t received = counts_.received, published = counts_.published;
        double cpu = cpu_seconds();
        say("begin");
        uint64_t begin = now_ns();
        run_until(begin + uint64_t(options_.seconds * 1e9));
        uint64_t end = now_ns();
        say("end");
        double seconds = double(end - begin) / 1e9;
        std::ostringstream line;
        line << "{\"messages\":" << counts_.received - received << ",\"published\":" << counts_.published - published
             << ",\"seconds\":" << seconds << ",\"generator_cpu\":" << (cpu_seconds() - cpu) / seconds;
        auto& all = counts_.latencies_ns;
        if (!all.empty()) {
            std::sort(all.begin(), all.end());
            auto share = [&](double part) { return double(all[std::min(all.size() - 1, size_t(double(all.size()) * part))]) / 1000; };
            line << ",\"p50_us\":" << share(0.5) << ",\"p99_us\":" << share(0.99) << ",\"p999_us\":" << share(0.999);
        }
        say(line.str() + "}");
    }

  private:
    static void say(const std::string& line) { std::cout << line << std::endl; }

    Peer& connected(int number) {
        peers_.push_back(std::make_unique<Peer>());
        Peer& peer = *peers_.back();
        if (options_.publishers + options_.readers + options_.idle > 200) peer.in.resize(1 << 14);
        peer.number = number;
        connect(peer, options_.port);
        protocol_->greet(peer);
        return peer;
    }

    void add(int number, bool is_reader) {
        Peer& peer = connected(number);
        peer.is_reader = is_reader;
        if (is_reader) {
            protocol_->subscribe(peer);
            readers_.push_back(&peer);
        } else {
            protocol_->prepare(peer);
            publishers_.push_back(&peer);
        }
    }

    void add_idle(int number) {
        Peer& peer = connected(number);
        peer.is_reader = peer.is_idle = true;
        if (!options_.topics.empty()) protocol_->wait_for(peer, options_.topics + std::to_string(number));
    }

    void run_until(uint64_t deadline_ns) {
        while (now_ns() < deadline_ns) turn(deadline_ns);
    }

    void run_to_the_end() {
        say("begin");
        uint64_t begin = now_ns();
        while (options_.fill ? publishers_[0]->confirmed < options_.fill : counts_.received < options_.drain) turn(begin + 3600000000000u);
        for (Peer* peer : readers_) peer->flush();
        say("end");
        say("{\"messages\":" + std::to_string(options_.fill ? options_.fill : options_.drain) +
            ",\"seconds\":" + std::to_string(double(now_ns() - begin) / 1e9) + "}");
    }

    void turn(uint64_t deadline_ns) {
        uint64_t next_ns = deadline_ns;
        if (!publishers_.empty()) {
            if (options_.rate > 0)
                next_ns = std::min(deadline_ns, publish_what_is_due());
            else
                publish_what_fits();
        }
        epoll_event events[256];
        uint64_t now = now_ns();
        uint64_t wait = next_ns > now ? next_ns - now : 0;
        timespec timeout{time_t(wait / 1000000000u), long(wait % 1000000000u)};
        int found = epoll_pwait2(epoll_, events, 256, &timeout, nullptr);
        for (int at = 0; at < found; ++at) serve(*static_cast<Peer*>(events[at].data.ptr));
    }

    void serve(Peer& peer) {
        if (!peer.out.empty()) flush(peer);
        if (!peer.read()) return;
        if (peer.is_reader)
            protocol_->messages(peer, counts_);
        else
            protocol_->answers(peer);
        flush(peer);
    }

    void flush(Peer& peer) {
        bool was_waiting = peer.sent > 0;
        bool is_done = peer.flush();
        if (was_waiting == !is_done) return;
        epoll_event event{};
        event.events = is_done ? EPOLLIN : EPOLLIN | EPOLLOUT;
        event.data.ptr = &peer;
        epoll_ctl(epoll_, EPOLL_CTL_MOD, peer.fd, &event);
    }

    void publish_what_fits() {
        for (Peer* peer : publishers_) {
            while (peer->out.empty() && has_room(*peer)) {
                uint64_t now = now_ns();
                for (uint64_t number = 0; number < burst_; ++number) protocol_->publish(*peer, body_.at(now));
                counts_.published += burst_;
                flush(*peer);
            }
        }
    }

    bool has_room(const Peer& peer) const {
        if (options_.is_queue() && peer.published - peer.confirmed + burst_ > std::max(burst_, std::min(options_.window, depth_))) return false;
        if (options_.fill) return peer.published < options_.fill;
        uint64_t consumed = options_.is_queue() || !options_.filters.empty() ? counts_.received : counts_.received / readers_.size();
        // What waited before counts as consumed too, so there may be more of that than was published.
        return int64_t(counts_.published) - int64_t(consumed) + int64_t(burst_) <= int64_t(std::max(burst_, depth_));
    }

    uint64_t publish_what_is_due() {
        double gap_ns = 1e9 / options_.rate;
        uint64_t now = now_ns();
        while (true) {
            uint64_t due_ns = start_ns_ + uint64_t(double(counts_.published) * gap_ns);
            if (due_ns > now) return due_ns;
            Peer& peer = *publishers_[counts_.published % publishers_.size()];
            protocol_->publish(peer, body_.at(due_ns));
            ++counts_.published;
            flush(peer);
        }
    }

    const Options& options_;
    std::unique_ptr<Protocol> protocol_;
    Body body_;
    std::vector<std::unique_ptr<Peer>> peers_;
    std::vector<Peer*> readers_, publishers_;
    Counts counts_;
    int epoll_ = -1;
    uint64_t start_ns_ = 0;
    uint64_t depth_ = 0;
    uint64_t burst_ = 0;
};

}  // namespace

std::unique_ptr<Protocol> make_protocol(const Options& options) {
    const std::map<std::string, std::unique_ptr<Protocol> (*)(const Options&)> known = {
        {"amps", make_amps}, {"amqp", make_amqp}, {"nats", make_nats},
        {"redis", make_redis}, {"beanstalk", make_beanstalk}, {"mqtt", make_mqtt}};
    auto found = known.find(options.protocol);
    if (found == known.end()) fail("unknown protocol " + options.protocol);
    return found->second(options);
}

int main(int count, char** words) {
    Options options = read_options(count, words);
    Load(options).run();
}
