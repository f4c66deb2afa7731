// The same load by the official C++ client, whose sources come with the Python client's source package: what one
// application sees that is written with it. Its own threads and stores cost more than the raw generator's frames.
#include <amps/HAClient.hpp>
#include <amps/MemoryPublishStore.hpp>
#include <amps/ampsplusplus.hpp>

#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

using Clock = std::chrono::steady_clock;

static std::atomic<uint64_t> received{0};

int main(int count, char** words) {
    if (count != 5) {
        std::cerr << "usage: official queue|pubsub PORT WARM_UP SECONDS\n";
        return 2;
    }
    const bool is_queue = std::string(words[1]) == "queue";
    const std::string uri = "tcp://127.0.0.1:" + std::string(words[2]) + "/amps/json";
    const std::string topic = is_queue ? "Jobs" : "news";
    const std::string body = "{\"pad\":\"" + std::string(190, 'x') + "\"}";

    AMPS::Client reader("official-reader");
    reader.connect(uri);
    reader.logon();
    if (is_queue) {
        reader.setAutoAck(true);
        reader.setAckBatchSize(80);
        reader.setAckTimeout(100);
    }
    AMPS::Command subscribe("subscribe");
    subscribe.setTopic(topic);
    if (is_queue) subscribe.setOptions("max_backlog=100");
    reader.executeAsync(subscribe, [&](const AMPS::Message&) { received.fetch_add(1, std::memory_order_relaxed); });

    AMPS::Client publisher("official-publisher");
    if (is_queue) publisher.setPublishStore(AMPS::Store(new AMPS::MemoryPublishStore(20000)));
    publisher.connect(uri);
    if (is_queue)
        publisher.logon(5000, AMPS::DefaultAuthenticator::instance(), "ack_conflation=5ms");
    else
        publisher.logon();
    std::atomic<bool> is_on{true};
    std::thread publishing([&] {
        for (uint64_t published = 0; is_on; ++published) {
            while (is_on && published - received.load(std::memory_order_relaxed) > 10000) std::this_thread::yield();
            publisher.publish(topic.data(), topic.size(), body.data(), body.size());
        }
    });

    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(words[3])));
    const uint64_t before = received;
    const auto start = Clock::now();
    std::cout << "begin" << std::endl;
    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(words[4])));
    const uint64_t messages = received - before;
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::cout << "end\n{\"messages\":" << messages << ",\"published\":" << messages << ",\"seconds\":" << seconds << "}" << std::endl;
    is_on = false;
    std::_Exit(0);
}
