// What all protocols share: connections without blocking, what is counted, and the message that is sent.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

[[noreturn]] inline void fail(const std::string& what) {
    std::fprintf(stderr, "load: %s\n", what.c_str());
    std::exit(2);
}

inline uint64_t now_ns() {
    timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return uint64_t(at.tv_sec) * 1000000000u + uint64_t(at.tv_nsec);
}

// What the command line asked for.
struct Options {
    std::string protocol = "amps";
    std::string workload = "pubsub";  // or queue
    int port = 0;
    size_t size = 200;
    int publishers = 1;
    int readers = 1;
    int idle = 0;  // connections that only subscribe to a topic nobody publishes to
    double rate = 0;  // messages a second of all publishers, 0 for as many as the windows allow
    double warm_up = 1;
    double seconds = 3;
    uint64_t window = 1000;  // queue: publishes without a confirmation
    uint64_t depth = 5000;  // published and not yet consumed
    int backlog = 100;
    int ack_batch = 80;
    int customers = 1;  // values of the field `customer`, one after the other
    std::string filters;  // a file with one filter a line: a subscription for each
    std::string topics;  // how the topics of other subscriptions begin; "" for none
    uint64_t fill = 0;  // queue: publish so many, wait until all are confirmed, and end
    uint64_t drain = 0;  // queue: consume so many, and end

    bool is_queue() const { return workload == "queue"; }
};

// A connection; what is to be sent waits in `out`.
struct Peer {
    int fd = -1;
    std::vector<char> in = std::vector<char>(1 << 18);
    size_t begin = 0, end = 0;
    std::string out;
    size_t sent = 0;
    bool is_reader = false;
    bool is_idle = false;
    int number = 0;
    uint64_t published = 0;
    uint64_t confirmed = 0;
    uint64_t received = 0;
    uint64_t unacked = 0;
    std::string pending;  // what names the messages to acknowledge, as the protocol writes it

    std::string_view data() const { return {in.data() + begin, end - begin}; }

    void take(size_t size) { begin += size; }

    // Reads once; false when nothing came.
    bool read() {
        if (begin == end) {
            begin = end = 0;
        } else if (in.size() - end < in.size() / 2) {
            std::memmove(in.data(), in.data() + begin, end - begin);
            end -= begin;
            begin = 0;
            if (end > in.size() / 2) in.resize(in.size() * 2);
        }
        ssize_t got = ::recv(fd, in.data() + end, in.size() - end, 0);
        if (got == 0) fail("the server closed the connection");
        if (got < 0) {
            if (errno == EAGAIN || errno == EINTR) return false;
            fail(std::string("recv: ") + std::strerror(errno));
        }
        end += size_t(got);
        return true;
    }

    // Sends what it can; true when nothing is left.
    bool flush() {
        while (sent < out.size()) {
            ssize_t gone = ::send(fd, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
            if (gone < 0) {
                if (errno == EAGAIN) return false;
                if (errno == EINTR) continue;
                fail(std::string("send: ") + std::strerror(errno));
            }
            sent += size_t(gone);
        }
        out.clear();
        sent = 0;
        return true;
    }

    // While the connection still blocks: send, and read until `text` comes; gives what came before its end.
    std::string ask(const std::string& request, std::string_view text) {
        out += request;
        flush();
        while (true) {
            size_t at = data().find(text);
            if (at != std::string_view::npos) {
                std::string before(data().substr(0, at + text.size()));
                take(at + text.size());
                return before;
            }
            if (!read()) fail("no answer");
        }
    }
};

inline void connect(Peer& peer, int port) {
    peer.fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(uint16_t(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(peer.fd, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        fail(std::string("connect: ") + std::strerror(errno));
    int one = 1;
    setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

// A JSON body of the wanted size that says when it was sent and for which customer.
class Body {
  public:
    Body(size_t size, int customers) : customers_(customers) {
        text_ = "{\"at\":\"0000000000000000\",\"customer\":\"C00000\",\"pad\":\"";
        while (text_.size() + 2 < size) text_ += 'x';
        text_ += "\"}";
    }

    const std::string& at(uint64_t when_ns) {
        for (int place = kAt + 15; place >= kAt; --place, when_ns /= 10) text_[size_t(place)] = char('0' + when_ns % 10);
        if (customers_ > 1) {
            int customer = next_;
            next_ = next_ + 1 == customers_ ? 0 : next_ + 1;
            for (int place = kCustomer + 4; place >= kCustomer; --place, customer /= 10)
                text_[size_t(place)] = char('0' + customer % 10);
        }
        return text_;
    }

    static uint64_t sent_ns(const char* body) {
        uint64_t found = 0;
        for (int place = kAt; place < kAt + 16; ++place) found = found * 10 + uint64_t(body[place] - '0');
        return found;
    }

  private:
    static constexpr int kAt = 7;
    static constexpr int kCustomer = 38;
    std::string text_;
    int customers_;
    int next_ = 0;
};

// What was seen.
struct Counts {
    uint64_t published = 0;
    uint64_t received = 0;
    bool keeps_latencies = false;
    std::vector<uint32_t> latencies_ns;

    void delivered(Peer& peer, const char* body) {
        ++received;
        ++peer.received;
        if (keeps_latencies) {
            uint64_t took = now_ns() % 10000000000000000u - Body::sent_ns(body);
            latencies_ns.push_back(uint32_t(took < UINT32_MAX ? took : UINT32_MAX));
        }
    }
};

// One way of talking. `greet`, `prepare` and `subscribe` may block; the rest only fills and reads buffers.
class Protocol {
  public:
    explicit Protocol(const Options& options) : options(options) {}
    virtual ~Protocol() = default;
    virtual void greet(Peer& peer) = 0;
    virtual void prepare(Peer&) {}
    virtual void subscribe(Peer& peer) = 0;
    virtual void wait_for(Peer&, const std::string&) { fail("no idle subscriptions in this protocol"); }
    virtual void publish(Peer& peer, const std::string& body) = 0;
    virtual void answers(Peer& peer) = 0;
    virtual void messages(Peer& peer, Counts& counts) = 0;
    const Options& options;
};

std::unique_ptr<Protocol> make_protocol(const Options& options);
