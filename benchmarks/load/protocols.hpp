// The protocols that the load speaks.
#pragma once

#include "load.hpp"

std::unique_ptr<Protocol> make_amps(const Options& options);
std::unique_ptr<Protocol> make_amqp(const Options& options);
std::unique_ptr<Protocol> make_nats(const Options& options);
std::unique_ptr<Protocol> make_redis(const Options& options);
std::unique_ptr<Protocol> make_beanstalk(const Options& options);
std::unique_ptr<Protocol> make_mqtt(const Options& options);
