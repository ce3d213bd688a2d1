using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>A transfer of several frames while the state changes and nothing may be collected.</summary>
public sealed class LargeTransferTests
{
    private const int Keys = 100;
    private readonly ScriptedPeers _peers = new(o => o with { MaxFrameBytes = 200, WindowBytes = 400 });

    public LargeTransferTests()
    {
        for (byte key = 0; key < Keys; key++) _peers.Write(key, 1);
        _peers.Open(1, saysStatus: false);
        _peers.SayStatus(1);
        Assert.DoesNotContain(Headers(), h => (h.Flags & DataFlags.Last) != 0);
    }

    [Fact]
    public void It_brings_the_state_as_it_was_when_it_began()
    {
        for (byte key = 0; key < Keys; key++) _peers.Write(key, 2);
        Finish();
        Assert.Equal(Enumerable.Repeat((byte)1, Keys), Values());
    }

    [Fact]
    public void Nothing_is_collected_until_its_last_frame()
    {
        Assert.False(Collects());
        Finish();
        Assert.True(Collects());
    }

    [Fact]
    public void A_link_that_closes_gives_it_up()
    {
        _peers.Core.LinkClosed(1, _peers.Now);
        Assert.True(Collects());
    }

    [Fact]
    public void A_peer_that_begins_anew_is_sent_all_of_it_again()
    {
        _peers.Forget();
        _peers.SayStatus(1, StatusFlags.Restart);
        Assert.Equal(DataFlags.First | DataFlags.Fresh, Headers()[0].Flags);
        Finish();
        Assert.Equal(Keys, Values().Count());
        Assert.True(Collects());
    }

    [Fact]
    public void A_peer_that_asks_for_the_full_state_is_sent_that_instead()
    {
        _peers.Forget();
        _peers.Say(1, static f => MessageWriter.WritePull(f, PullKind.FullState));
        Finish();
        Assert.Equal(DataFlags.First | DataFlags.Fresh | DataFlags.FullState, Headers()[0].Flags);
        Assert.Equal(Keys, Values().Count());
        Assert.True(Collects());
    }

    private bool Collects() => _peers.Store.Collect(_peers.Store.Vector, 1_000);

    /// <summary>Acknowledges frame after frame until the last one has come.</summary>
    private void Finish()
    {
        for (var i = 0; i < 100; i++)
        {
            var headers = Headers();
            if (headers.Count > 0 && (headers[^1].Flags & DataFlags.Last) != 0) return;
            var number = headers.Count > 0 ? headers[^1].Number : 0;
            _peers.Say(1, f => MessageWriter.WriteAcknowledge(f, number, new VersionVector(), _peers.Store.Origins,
                OriginRange.All));
            _peers.Now += TimeSpan.FromMilliseconds(10);
            _peers.Step();
        }

        Assert.Fail("the transfer did not end");
    }

    private List<DataHeader> Headers() => [.. _peers.Frames(1, MessageType.Data).Select(f => Read(f).Header)];

    /// <summary>The values of the map's keys in the transfer.</summary>
    private IEnumerable<byte> Values()
    {
        var body = _peers.Frames(1, MessageType.Data).SelectMany(f => Read(f).Body).ToArray();
        var state = new DeltaReaderState();
        var reader = new DeltaReader(body, state);
        var record = default(RawRecord);
        var values = new List<byte>();
        Assert.NotNull(reader.ReadFloor());
        while (!reader.End)
        {
            Assert.True(reader.TryReadSection(out _, out _, out _));
            while (!reader.TryEndSection())
            {
                Assert.True(reader.TryReadRecord(ref record));
                if (state.Objects[record.Object] == ScriptedPeers.Map) values.Add(record.Payload[0]);
            }
        }

        return values;
    }

    private static (DataHeader Header, byte[] Body) Read(byte[] frame)
    {
        var reader = new SpanReader(frame);
        Assert.True(MessageReader.TryReadType(ref reader, out _));
        Assert.True(MessageReader.TryReadData(ref reader, out var header, out var body));
        return (header, body.ToArray());
    }
}
