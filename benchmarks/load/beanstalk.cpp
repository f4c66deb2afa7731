// beanstalkd: as many `reserve` under way as the backlog allows, each job deleted by itself.
#include "protocols.hpp"

namespace {

class Beanstalk : public Protocol {
  public:
    using Protocol::Protocol;

    void greet(Peer&) override {}

    void subscribe(Peer& peer) override {
        for (int number = 0; number < options.backlog; ++number) peer.out += "reserve\r\n";
    }

    void publish(Peer& peer, const std::string& body) override {
        ++peer.published;
        peer.out += "put 0 0 60 " + std::to_string(body.size()) + "\r\n" + body + "\r\n";
    }

    void answers(Peer& peer) override {
        each_line(peer, [&](std::string_view line) {
            if (line.substr(0, 8) != "INSERTED") fail(std::string(line));
            ++peer.confirmed;
        });
    }

    void messages(Peer& peer, Counts& counts) override {
        while (true) {
            std::string_view data = peer.data();
            size_t line = data.find('\n');
            if (line == data.npos) return;
            if (data.substr(0, 8) != "RESERVED") {
                if (data.substr(0, 7) != "DELETED") fail(std::string(data.substr(0, line)));
                peer.take(line + 1);
                continue;
            }
            size_t space = data.find(' ', 9);
            size_t size = std::strtoull(data.data() + space, nullptr, 10);
            if (data.size() < line + 1 + size + 2) return;
            counts.delivered(peer, data.data() + line + 1);
            peer.out += "delete " + std::string(data.substr(9, space - 9)) + "\r\nreserve\r\n";
            peer.take(line + 1 + size + 2);
        }
    }

  private:
    template <typename Each>
    static void each_line(Peer& peer, Each each) {
        std::string_view data = peer.data();
        size_t at = 0;
        for (size_t end; (end = data.find('\n', at)) != data.npos; at = end + 1) each(data.substr(at, end - at));
        peer.take(at);
    }
};

}  // namespace

std::unique_ptr<Protocol> make_beanstalk(const Options& options) { return std::make_unique<Beanstalk>(options); }
