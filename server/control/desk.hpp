#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "server/budget.hpp"
#include "server/cluster/cluster.hpp"
#include "server/context.hpp"
#include "server/control/request.hpp"
#include "server/control/steward.hpp"
#include "server/net/admission.hpp"
#include "server/net/sessions.hpp"

namespace parley::control {

/// Where an operator's requests are acted on. What it uses outlives it. For one thread.
class Desk {
 public:
  /// `cluster` is null without other nodes.
  Desk(Context& context, Sessions& sessions, Admission& admission, const Budget& waiting, Steward& steward,
       cluster::Cluster* cluster)
      : context_(context),
        sessions_(sessions),
        admission_(admission),
        waiting_(waiting),
        steward_(steward),
        cluster_(cluster) {}

  /// Acts on the request; its answer, in lines. Not for who.
  std::string act(const Request& request);

  /// Asks the other nodes for what who tells of their users. Null: there is none to be asked.
  std::shared_ptr<const cluster::Survey> ask_other_nodes() const {
    return cluster_ != nullptr ? cluster_->ask_standings() : nullptr;
  }

  /// A part of the answer to who: the users behind the key, a line for each, those of other nodes with what
  /// these have told (`survey`, or null), and behind the last of all the line that ends the answer. `key`
  /// becomes that of the last user; nothing is left when it is empty afterwards.
  std::string who_behind(std::string& key, const cluster::Survey* survey) const;

  bool is_draining() const { return admission_.is_closed(); }
  /// Nobody new is let in, and the last one has gone.
  bool is_drained() const { return admission_.is_closed() && admission_.connections() == 0; }

 private:
  std::string kick(const Request& request);
  std::string ban(const Request& request);
  std::string unban(const Request& request);
  std::string bans() const;
  std::size_t make_known(const Ban& ban);
  std::string say(const std::string& text);
  std::string stats() const;
  std::string drain();

  Context& context_;
  Sessions& sessions_;
  Admission& admission_;
  const Budget& waiting_;
  Steward& steward_;
  cluster::Cluster* const cluster_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

/// The line that says why a request was not done.
std::string to_refusal(const std::string& sentence);

}  // namespace parley::control
