#pragma once

#include <functional>
#include <memory>

namespace sdbus {
class IConnection;
class IProxy;
} // namespace sdbus

namespace scepd::bus {

/// systemd's clock service, org.freedesktop.timedate1, which the bus starts for a question and which ends when nobody
/// asks: it is not to be asked often.
class Timedate {
public:
    explicit Timedate(sdbus::IConnection& connection);
    ~Timedate();
    Timedate(const Timedate&) = delete;
    Timedate& operator=(const Timedate&) = delete;

    /// Asks whether the kernel's clock is synchronised, by whatever program (NTPSynchronized). Does not wait; `answer`
    /// is called from the loop, or at once when the question cannot be sent. Where nobody can tell (no systemd, no
    /// answer) it is false.
    void askSynchronized(const std::function<void(bool synchronized)>& answer);

private:
    std::unique_ptr<sdbus::IProxy> proxy_;
};

} // namespace scepd::bus
