"""The configuration that `ampServer --sample-config` prints: a start, with the rest in comments."""

SAMPLE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- Save it as config.xml, then: ampsd lint config.xml, and ampsd run config.xml -->
<AMPSConfig>

  <!-- The one setting that is required. Letters, digits, - and _ are safe. -->
  <Name>sample</Name>

  <!-- Clients connect to tcp://localhost:9007/amps/json; the message type is chosen by the client. -->
  <Transports>
    <Transport>
      <Name>any-tcp</Name>
      <Type>tcp</Type>
      <InetAddr>localhost:9007</InetAddr>
      <Protocol>amps</Protocol>
    </Transport>
  </Transports>

  <Logging>
    <Target>
      <Protocol>stdout</Protocol>
      <Level>info</Level>
    </Target>
  </Logging>

  <!-- What is published is passed on and forgotten. To keep it, and for queues, record it:

  <TransactionLog>
    <JournalDirectory>./journal</JournalDirectory>
    <Topic>
      <Name>Jobs</Name>
      <MessageType>json</MessageType>
    </Topic>
  </TransactionLog>

  <SOW>
    <Queue>
      <Name>Jobs</Name>
      <MessageType>json</MessageType>
      <LeasePeriod>30s</LeasePeriod>
      <MaxCancels>3</MaxCancels>
    </Queue>
  </SOW>
  -->
</AMPSConfig>
"""
