"""The configuration is read again under a machine at work: what is wrong with it is listed and
changes nothing, what is right is taken over by the lines it changes, and the work goes on."""
import os
import signal
import unittest
from pathlib import Path

from house import ROOT, House, book


class Reload(unittest.TestCase):
    def test_a_machine_at_work_does_not_notice_another_profile(self):
        with House() as house:
            operator = house.person("operator")
            path = f"/api/v1/bookings/{book(house.person('member'), 'laser-1').json['id']}"
            self.assertEqual(operator.post(path + "/start").status, 200)
            daemon = house.daemon_pid()
            self.refuses_what_is_wrong(house, daemon)
            self.takes_what_is_right(house, daemon)
            self.refuses_what_takes_a_restart(house, daemon)
            self.assertTrue(house.simulated("laser-1")["contact"])
            self.assertEqual(operator.get(path).json["state"], "running")
            self.assertEqual(house.daemon_pid(), daemon)
            stop = operator.post(path + "/stop", {"quantity": 1})
            self.assertEqual(stop.status, 200, stop.raw)
            self.assertEqual(house.verify()[0], 0, house.verify()[1])

    def refuses_what_is_wrong(self, house, daemon):
        own = Path(house.folder, "profiles.d")
        own.mkdir()
        bad = own / "bad.toml"
        bad.write_text("device = \"bad\"\nmaker = 7\nmodels = 8\n")
        self.read_again(house, daemon, "refused, and nothing is changed")
        log = self.log(house)
        self.assertIn(f"{bad}:2:1: 'maker' must be a string", log)
        self.assertIn(f"{bad}:3:1: 'models' must be an array", log)
        bad.unlink()

    def takes_what_is_right(self, house, daemon):
        shipped = Path(ROOT, "devices/profiles/eastron_sdm120.toml").read_text()
        mine = Path(house.folder, "profiles.d/mine.toml")
        mine.write_text(shipped.replace("timeout_ms = 500", "timeout_ms = 450"))
        self.read_again(house, daemon, "read again")
        self.assertIn("goes on by", self.log(house))

    def refuses_what_takes_a_restart(self, house, daemon):
        config = Path(house.folder, "karkhana.toml")
        before = config.read_text()
        at = before.index("[[line]]")
        config.write_text(before[:at] + '[[line]]\nname = "new"\ntcp = "127.0.0.1:1"\n'
                          + before[at:])
        self.read_again(house, daemon, "takes a restart, and nothing is changed")
        line = before[:at].count("\n") + 1
        self.assertIn(f"line {line}: line 'new' is new", self.log(house))
        config.write_text(before.replace("rated_w = 1900", "rated_w = 1901", 1))
        line = before[:before.index("rated_w = 1900")].count("\n") + 1
        self.read_again(house, daemon, f"line {line}: machine[0].rated_w: waits for a restart")
        config.write_text(before)

    def read_again(self, house, daemon, expected):
        os.kill(daemon, signal.SIGHUP)
        house.wait_until(lambda: expected in self.log(house))

    @staticmethod
    def log(house):
        return Path(house.log.name).read_text()


if __name__ == "__main__":
    unittest.main()
