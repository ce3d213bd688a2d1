using PeerReplica.Causality;
using PeerReplica.Wire;

namespace PeerReplica.Tests.Replication;

/// <summary>While a transfer of several frames is under way, nothing is collected.</summary>
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

    private List<DataHeader> Headers() => [.. _peers.Frames(1, MessageType.Data).Select(f => HeaderOf(f))];

    private static DataHeader HeaderOf(byte[] frame)
    {
        var reader = new SpanReader(frame);
        Assert.True(MessageReader.TryReadType(ref reader, out _));
        Assert.True(MessageReader.TryReadData(ref reader, out var header, out _));
        return header;
    }
}
