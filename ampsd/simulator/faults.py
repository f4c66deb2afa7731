"""What a seed draws: the configuration of the instance, the clients, and how often things go wrong."""

from random import Random

from ampsd.config.model import Model, load
from ampsd.simulator.clients import Mood

OLD_DIRECTORY = "/old"
"""Where journal files are archived."""

SEGMENT_SIZE = 24 * 1024
"""Small journal files, so that a short life crosses several."""

CONFIG = """<AMPSConfig xmlns:ampsd="urn:ampsd:config:1">
  <Name>Sim</Name>
  <Transports><Transport><Name>t</Name><Type>tcp</Type><InetAddr>9007</InetAddr><Protocol>amps</Protocol></Transport></Transports>
  <SOW>
    <Queue><Name>Jobs</Name><MessageType>json</MessageType>
      <MaxCancels>{max_cancels}</MaxCancels><MaxDeliveries>{max_deliveries}</MaxDeliveries>
      <MaxPerSubscriptionBacklog>{backlog}</MaxPerSubscriptionBacklog>
      <FairnessModel>{fairness}</FairnessModel>{lease}{expiration}{backoff}</Queue>
    <Queue><Name>Once</Name><MessageType>json</MessageType><Semantics>at-most-once</Semantics>
      <RecoveryPoint>creation</RecoveryPoint>
      <MaxPerSubscriptionBacklog>5</MaxPerSubscriptionBacklog></Queue>
    <Queue><Name>FailedJobs</Name><MessageType>json</MessageType>
      <MaxPerSubscriptionBacklog>5</MaxPerSubscriptionBacklog></Queue>{trail}
  </SOW>
  {archive}<TransactionLog><JournalDirectory>/sim</JournalDirectory>{old}
    <Topic><Name>.*</Name><MessageType>json</MessageType></Topic></TransactionLog>
  <Actions><Action>
    <On><Module>amps-action-on-sow-expire-message</Module>
      <Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>
    <Do><Module>amps-action-do-publish-message</Module>
      <Options><Topic>FailedJobs</Topic><MessageType>json</MessageType>
        <Data>{{"message":{{{{AMPS_DATA}}}},{reason}}}</Data></Options></Do>{follow}
  </Action>{notices}</Actions>
</AMPSConfig>
"""

_NOTICES = """<Action>
    <On><Module>amps-action-on-sow-expire-message</Module>
      <Options><Topic>Jobs</Topic><MessageType>json</MessageType></Options></On>
    <Do><Module>amps-action-do-execute-system</Module><Options><Command>notify</Command></Options></Do>
    <Do><Module>amps-action-do-publish-message</Module>
      <Options><Topic>Notices</Topic><MessageType>json</MessageType><Data>{{AMPS_DATA}}</Data></Options></Do>
    <ampsd:Retry><ampsd:Mode>Always</ampsd:Mode><ampsd:Wait>5ms</ampsd:Wait></ampsd:Retry>
  </Action>"""

TRAIL = b"Trail"
"""A topic, and in every other version a queue, of what says which version made a dead letter."""

_TRAIL = """<Queue><Name>Trail</Name><MessageType>json</MessageType><ampsd:Archive>false</ampsd:Archive>
      <MaxPerSubscriptionBacklog>5</MaxPerSubscriptionBacklog>{lease}</Queue>"""
_FOLLOW = """
    <Do><Module>amps-action-do-publish-message</Module>
      <Options><Topic>Trail</Topic><MessageType>json</MessageType><Data>{{"graph":{}}}</Data></Options></Do>"""
_REASON = '"{}":"{{{{AMPS_REASON}}}}"'

_BACKOFF = (
    "<ampsd:Backoff><ampsd:Model>{}</ampsd:Model><ampsd:Initial>5ms</ampsd:Initial><ampsd:Maximum>40ms</ampsd:Maximum>"
    "<ampsd:Jitter>50</ampsd:Jitter></ampsd:Backoff>"
)
_ARCHIVE = "<ampsd:MessageArchive><ampsd:Directory>/archive</ampsd:Directory></ampsd:MessageArchive>"
_OLD = "<JournalArchiveDirectory>/old</JournalArchiveDirectory>"
_models: dict[str, Model] = {}


class Draw:
    """One seed's options, drawn once; printed with every failure."""

    def __init__(self, rng: Random, later: Random) -> None:
        """What is drawn from `later` leaves the rest of a seed as it is."""
        self.lease_ns = rng.choice((0, 0, 50_000_000, 2_000_000_000))
        self.expiration_ns = rng.choice((0, 0, 0, 5_000_000_000))
        self.max_cancels = rng.choice((0, 1, 3))
        self.max_deliveries = rng.choice((0, 2, 10))
        self.fairness = rng.choice(("fast", "round-robin", "proportional"))
        self.publishers = rng.randint(1, 3)
        self.workers = rng.randint(1, 3)
        self.share = rng.randint(5, 40)
        self.backlog = rng.choice((1, 3, 20))
        self.mood = Mood(rng.choice((0, 0.3, 0.8)), rng.choice((0, 0.1)), rng.choice((0, 0.1)), rng.choice((0, 0.05)))
        self.crash = rng.choice((0.0, 0.002, 0.01))
        self.kill_share = rng.choice((0.0, 0.5, 1.0))
        self.stop_share = rng.choice((0.0, 0.2))
        self.jump = rng.choice((0.0, 0.01))
        self.disk_error = rng.choice((0.0, 0.0, 0.002, 0.01))
        self.patience = rng.choice((0.2, 0.5, 0.9))
        self.operator = rng.choice((0.0, 0.01, 0.05))
        self.backoff = rng.choice(("", "", "fixed", "exponential"))
        self.has_archive = rng.random() < 0.5
        self.archive_error = rng.choice((0.0, 0.05, 0.5))
        self.upkeep = later.choice((0.0, 0.0, 0.01, 0.05))
        self.has_notices = later.random() < 0.5
        self.command_error = later.choice((0.0, 0.1, 0.5))
        self.reload = later.choice((0.0, 0.0, 0.01, 0.03))

    def __repr__(self) -> str:
        shown = {name: value for name, value in vars(self).items() if name != "mood"}
        mood = {name: getattr(self.mood, name) for name in Mood.__slots__}
        return f"Draw({shown}, mood={mood})"

    def model(self, version: int) -> Model:
        """A version of the instance's configuration; where there are no reloads, all are one."""
        lease = f"<LeasePeriod>{self.lease_ns // 1_000_000}ms</LeasePeriod>" if self.lease_ns else ""
        reason, follow, trail = _REASON.format("reason"), "", ""
        if self.reload:
            is_odd = version % 2 == 1
            reason = f'{_REASON.format("why" if is_odd else "reason")},"graph":{version}'
            follow = _FOLLOW.format(version)
            trail = _TRAIL.format(lease=lease) if is_odd else ""
        text = CONFIG.format(
            max_cancels=self.max_cancels,
            max_deliveries=self.max_deliveries,
            backlog=self.backlog,
            fairness=self.fairness,
            lease=lease,
            reason=reason,
            follow=follow,
            trail=trail,
            notices=_NOTICES if self.has_notices else "",
            old=_OLD if self.upkeep else "",
            archive=_ARCHIVE if self.has_archive else "",
            backoff=_BACKOFF.format(self.backoff) if self.backoff else "",
            expiration=f"<Expiration>{self.expiration_ns // 1_000_000}ms</Expiration>" if self.expiration_ns else "",
        )
        if text not in _models:
            loading = load(
                "sim.xml", read=lambda _: text.encode(), environment={}, working_directory="/", dev_directory=None
            )
            if loading.model is None:
                raise AssertionError("\n".join(map(str, loading.findings)))
            _models[text] = loading.model
        return _models[text]
