#!/usr/bin/env python3
"""A name is one user's on all nodes, and free everywhere when that one has left.

    names_test.py PARLEYD
"""

import itertools
import os
import threading

from cluster import (
    DIALECTS, TAKEN, USERS, ClusterTest, NamesUser, SIGN_ON, TelnetUser, TwoSocketUser, at_once, fill, has_name, main, until)

ASKERS = 16
ROUNDS = 200 if os.environ.get("PARLEY_LONG") == "1" else 60


class Names(ClusterTest):
    def test_a_taken_name_is_refused_on_every_node_whatever_its_case(self):
        for number, holder_class in enumerate(USERS):
            holder = self.join(self.one, holder_class, f"Alice{number}")
            for node, dialect in itertools.product((self.one, self.two, self.three), DIALECTS):
                with self.subTest(holder=holder_class.dialect, node=node.name, newcomer=dialect):
                    self.assertFalse(self.gets_name(node, dialect, f"aLICE{number}"))
            holder.hears_nothing()
            holder.leave()
            self.is_free_soon(self.two, holder.name)

    def is_free_soon(self, node, name):
        with self.within(1):
            until(lambda: self.gets_name(node, "two-socket", name), f"{name} is free on node {node.name}")

    def test_a_refused_newcomer_may_take_another_name(self):
        self.join(self.one, TelnetUser, "alice")
        for number, dialect in enumerate(DIALECTS):
            visitor = self.visit(self.two, dialect)
            visitor.ask(fill(SIGN_ON, dialect, "alice"), TAKEN[dialect])
            visitor.send(fill(SIGN_ON, dialect, f"bob{number}"))
            self.assertTrue(has_name(visitor, dialect, f"bob{number}"))

    def test_half_a_two_socket_user_holds_its_name_everywhere(self):
        half = self.visit(self.one, "two-socket")
        half.ask("REGISTER TOSEND alice\n\n", "REGISTERED TOSEND alice\n\n")
        for dialect in DIALECTS:
            self.assertFalse(self.gets_name(self.two, dialect, "ALICE"))
        half.kill()
        self.is_free_soon(self.three, "alice")

    def test_a_left_name_is_free_on_all_nodes_however_its_user_went(self):
        for number, (user_class, way) in enumerate(itertools.product(USERS, ("leave", "end", "kill"))):
            with self.subTest(dialect=user_class.dialect, way=way):
                alice = self.join(self.one, user_class, f"alice{number}")
                getattr(alice, way)()
                self.is_free_soon(self.two, alice.name)
                self.is_free_soon(self.three, alice.name.upper())

    def test_a_new_name_is_known_and_the_old_one_free(self):
        ann, watcher = self.gather((self.one, NamesUser, "ann"), (self.two, TelnetUser, "watcher"))
        self.join(self.three, TwoSocketUser, "bob")
        watcher.sees_arrival("bob")
        ann.request("NAME BOB")
        ann.expect(TAKEN["names"])
        for name in ("eve", "Eve"):  # then only its case
            former, ann.name = ann.name, name
            ann.request(f"NAME {name}")
            ann.expect_answer(f"Hello {name}")
            watcher.sees_departure(former)
            watcher.sees_arrival(name)
        self.assertFalse(self.gets_name(self.three, "names", "eve"))
        watcher.tell("eve", "hello")
        ann.hears_private("watcher", "hello")
        self.sees_list(["Eve", "watcher", "bob"])  # it has kept its place
        self.is_free_soon(self.three, "ann")

    def test_a_stopped_node_frees_its_names_at_once(self):
        watcher = self.join(self.two, TelnetUser, "watcher")
        users = [self.join(self.one, user_class, f"ann{i}") for i, user_class in enumerate(USERS)]
        for user in users:
            watcher.sees_arrival(user.name)
        self.one.program.process.terminate()
        for user in users:
            user.socket.receive_rest()
            user.close()
        self.one.program.wait_for_end()
        for user in users:
            self.assertTrue(self.gets_name(self.three, "names", user.name))
        gone = sorted(watcher.socket.receive_until("\r\n").decode() for _ in users)
        self.assertEqual(gone, [watcher.departure_notice(user.name).decode() for user in users])


class Claims(ClusterTest):
    """Of many that ask at once exactly one gets the name."""

    def test_names_that_are_asked_for_on_all_nodes_at_once(self):
        askers = [[self.visit(node, "names") for _ in range(ASKERS)] for node in self.nodes]
        won = [[] for _ in self.nodes]
        together = threading.Barrier(len(self.nodes))

        def ask(number):
            for round_ in range(ROUNDS):
                names = [f"r{round_}n{i}" for i in range(ASKERS)]
                if number:
                    names = [name.upper() for name in names]
                together.wait()
                for asker, name in zip(askers[number], names):
                    asker.send(fill(SIGN_ON, "names", name))
                for asker, name in zip(askers[number], names):
                    if has_name(asker, "names", name):
                        won[number].append(name.lower())

        at_once(*(lambda number=number: ask(number) for number in range(len(self.nodes))))
        self.assertEqual(sorted(itertools.chain(*won)),
                         sorted(f"r{round_}n{i}" for round_ in range(ROUNDS) for i in range(ASKERS)))
        for asker in itertools.chain(*askers):
            asker.close()
        self.sees_list([])


if __name__ == "__main__":
    main()
