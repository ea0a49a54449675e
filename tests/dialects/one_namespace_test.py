#!/usr/bin/env python3
"""One namespace for all dialects: a name that is taken, reserved, freed, changed; and who is listed in which order.

    one_namespace_test.py PARLEYD
"""

import itertools

import name_faults as why
from signing_on import ACCEPTED, REFUSED, SIGN_ON, TAKEN, fill
from support import DIALECTS, DialectTest, main
from users import USERS, NamesUser, RoomsUser, TelnetUser, TwoSocketUser, visit

WAYS_TO_GO = ("leave", "end", "kill")


class Names(DialectTest):
    def visitor(self, dialect):
        return self.enterContext(visit(self.server.ports[dialect], dialect))

    def each_pair(self, check):
        """Every dialect's user with every dialect's newcomer, on a new server each."""
        for holder_class, newcomer_class in itertools.product(USERS, USERS):
            with self.subTest(holder=holder_class.dialect, newcomer=newcomer_class.dialect):
                self.server = self.start_server()
                check(holder_class, newcomer_class)

    def try_name(self, newcomer, dialect, name, answer):
        newcomer.ask(fill(SIGN_ON, dialect, name), answer)

    def test_OD1_a_taken_name_is_refused_whatever_its_case(self):
        self.each_pair(self.check_taken)

    def check_taken(self, holder_class, newcomer_class):
        dialect = newcomer_class.dialect
        [holder] = self.gather((holder_class, "Alice"))
        newcomer = self.visitor(dialect)
        for name in ("Alice", "aLICE"):
            self.try_name(newcomer, dialect, name, TAKEN[dialect])
        holder.hears_nothing()
        self.try_name(newcomer, dialect, "bob", fill(ACCEPTED, dialect, "bob", online=2))
        if dialect != "two-socket":  # whose other socket is to come
            holder.sees_arrival("bob")
        holder.hears_nothing()

    def test_OD1_half_a_two_socket_user_holds_its_name(self):
        half = self.visitor("two-socket")
        self.try_name(half, "two-socket", "alice", fill(ACCEPTED, "two-socket", "alice"))
        for dialect in DIALECTS[1:]:
            with self.subTest(newcomer=dialect):
                self.try_name(self.visitor(dialect), dialect, "ALICE", TAKEN[dialect])

    def test_OD1_what_is_no_name_or_reserved(self):
        for dialect in DIALECTS:
            self.server = self.start_server()
            newcomer = self.visitor(dialect)
            for name, fault in (("ALL", why.RESERVED), ("all", why.RESERVED), ("Broadcast", why.RESERVED),
                                ("SERVER", why.RESERVED), ("S\uff25RVER", why.RESERVED), ("x" * 33, why.TOO_LONG),
                                ("\u202eann", why.INVISIBLE), ("a\u2028b", why.BLANK), ("bob\u200b", why.INVISIBLE),
                                ("bob>\u00a0hi", why.BLANK), ("bob>hi", why.HOLDS_MARK), ("+++eve", why.LEADING_SIGN)):
                with self.subTest(newcomer=dialect, name=name):
                    self.try_name(newcomer, dialect, name, REFUSED[dialect](fault))
            with self.subTest(newcomer=dialect, name="a free one, on the same connection"):
                self.try_name(newcomer, dialect, "Allan", fill(ACCEPTED, dialect, "Allan", online=1))

    def test_OD1_names_that_all_dialects_but_two_socket_take(self):
        for name in ("bob_1", "Zo\u00eb", "\u65e5\u672c", "b-", "all-4"):
            for user_class in USERS[1:]:
                with self.subTest(name=name, dialect=user_class.dialect):
                    self.server = self.start_server()
                    self.add_user(user_class, name).hears_nothing()
            with self.subTest(name=name, dialect="two-socket"):
                self.try_name(self.visitor("two-socket"), "two-socket", name, REFUSED["two-socket"](None))

    def test_OD1_the_longest_name(self):
        for user_class in USERS:
            with self.subTest(dialect=user_class.dialect):
                self.server = self.start_server()
                self.add_user(user_class, "x" * 32).hears_nothing()

    def test_OD1_a_name_is_free_at_once_when_its_user_has_gone(self):
        self.each_pair(self.check_freed)

    def check_freed(self, holder_class, newcomer_class):
        witness = self.add_user(TelnetUser, "witness")
        for way in WAYS_TO_GO:
            with self.subTest(way=way):
                holder = self.add_user(holder_class, "Alice")
                witness.sees_arrival("Alice")
                getattr(holder, way)()
                witness.sees_departure("Alice")  # by then it must be free
                newcomer = self.add_user(newcomer_class, "alice")
                witness.sees_arrival("alice")
                newcomer.leave()
                witness.sees_departure("alice")

    def test_OD1_a_leave_that_was_answered_has_freed_the_name(self):
        """Nobody has to tell the newcomer: the end of the leaver's stream is enough."""
        self.each_pair(self.check_freed_by_leave)

    def check_freed_by_leave(self, holder_class, newcomer_class):
        self.add_user(holder_class, "Alice").leave()
        self.add_user(newcomer_class, "alice")

    def test_OD1_of_many_at_once_one_has_the_name(self):
        """All of them ask before any of them reads its answer."""
        askers = [(dialect, self.visitor(dialect)) for dialect in 5 * DIALECTS]
        for dialect, asker in askers:
            asker.send(fill(SIGN_ON, dialect, "alice"))
        answers = []
        for dialect, asker in askers:
            refused, accepted = TAKEN[dialect], fill(ACCEPTED, dialect, "alice").encode()
            first = asker.receive_exactly(1)
            answer = first + asker.receive_exactly(min(len(refused), len(accepted)) - 1)
            self.assertTrue(refused.startswith(answer) or accepted.startswith(answer), answer)
            answers.append(accepted.startswith(answer))
        self.assertEqual(answers.count(True), 1, answers)


class WhoIsThere(DialectTest):
    def check_lists(self, *names):
        """What GET_NAMES and /who say, to somebody who signs on for it and to somebody who does not."""
        visitor = self.connect("names")
        answer = " ".join(names) or "Nobody has a name yet."
        visitor.ask("09GET_NAMES", f"{len(answer):02}{answer}")
        visitor.kill()
        asker = self.add_user(TelnetUser, "asker")
        asker.say("/who")
        asker.expect(f"{len(names) + 1} user(s) online: {', '.join((*names, 'asker'))}\r\n")
        asker.leave()

    def test_OD6_everyone_in_order_of_arrival_whatever_the_dialect(self):
        for order in (USERS, USERS[::-1]):
            with self.subTest(first=order[0].dialect):
                self.server = self.start_server()
                self.check_lists()
                names = [f"bob{i}" for i in range(len(USERS))]
                users = self.gather(*zip(order, names))
                self.check_lists(*names)
                users[2].leave()
                self.check_lists(*(name for name in names if name != "bob2"))
                self.add_user(order[2], "bob2")
                self.check_lists(*(name for name in names if name != "bob2"), "bob2")

    def test_OD6_users_of_all_rooms(self):
        self.gather((RoomsUser, "ann"), (TelnetUser, "bob"))[1].enter("Attic")
        self.add_user(RoomsUser, "cleo", room="Cellar")
        self.check_lists("ann", "bob", "cleo")

    def test_OD6_half_a_two_socket_user_is_not_there(self):
        half = self.connect("two-socket")
        half.ask(fill(SIGN_ON, "two-socket", "alice"), fill(ACCEPTED, "two-socket", "alice"))
        self.check_lists()


class Renaming(DialectTest):
    """NAME again, which only the names dialect has."""

    def test_OD1_the_new_name_is_known_in_every_dialect(self):
        names_user, *others = self.gather((NamesUser, "ann"), *((other, f"bob{i}") for i, other in enumerate(USERS)))
        names_user.request("NAME Eve")
        names_user.expect_answer("Hello Eve")
        for user in others:
            with self.subTest(watcher=user.dialect):
                user.sees_departure("ann")
                user.sees_arrival("Eve")
        names_user.say("hello")
        for user in others:
            with self.subTest(hears=user.dialect):
                user.hears("Eve", "hello")
        for sender in (user for user in others if isinstance(user, (TwoSocketUser, NamesUser, TelnetUser))):
            with self.subTest(tells=sender.dialect):
                sender.tell("eve", "hello yourself")
                names_user.hears_private(sender.name, "hello yourself")
                sender.sees_told("Eve", "hello yourself")
        others[0].tell("ann", "still there?")
        others[0].socket.expect("ERROR 102 Unable to send\n\n")
        others[2].request("GET_NAMES")
        others[2].expect_answer(" ".join(("Eve", *(user.name for user in others))))  # it has kept its place
        for user in others:
            user.hears_nothing()

    def test_OD1_the_old_name_is_free_at_once(self):
        for newcomer_class in USERS:
            with self.subTest(newcomer=newcomer_class.dialect):
                self.server = self.start_server()
                user = self.add_user(NamesUser, "ann")
                user.request("NAME eve")
                user.expect_answer("Hello eve")
                self.add_user(newcomer_class, "ANN")

    def test_OD1_a_taken_or_reserved_name_leaves_the_old_one(self):
        for holder_class in USERS:
            with self.subTest(holder=holder_class.dialect):
                self.server = self.start_server()
                user, holder = self.gather((NamesUser, "ann"), (holder_class, "Bob"))
                for name, answer in (("bob", TAKEN["names"]), ("all", REFUSED["names"](why.RESERVED))):
                    user.request(f"NAME {name}")
                    user.expect(answer)
                holder.hears_nothing()
                user.hears_nothing()

    def test_OD1_the_case_of_ones_own_name_may_change(self):
        user, watcher = self.gather((NamesUser, "ann"), (TelnetUser, "watcher"))
        user.request("NAME Ann")
        user.expect_answer("Hello Ann")
        watcher.sees_departure("ann")
        watcher.sees_arrival("Ann")
        user.say("it is me")
        watcher.hears("Ann", "it is me")

    def test_OD5_the_same_name_again_is_no_news(self):
        user, watcher = self.gather((NamesUser, "ann"), (TelnetUser, "watcher"))
        user.request("NAME ann")
        user.expect_answer("Hello ann")
        watcher.hears_nothing()


if __name__ == "__main__":
    main()
