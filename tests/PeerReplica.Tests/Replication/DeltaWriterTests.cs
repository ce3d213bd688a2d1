using PeerReplica.Causality;
using PeerReplica.Replication;
using PeerReplica.Tests.LocalState;

namespace PeerReplica.Tests.Replication;

public class DeltaWriterTests
{
    private const int Frame = 10_000;

    [Fact]
    public void A_transfer_cut_into_frames_is_the_transfer_and_takes_the_memory_of_a_few_frames()
    {
        var (here, there) = (new MapNode<byte[]>(1), new MapNode<byte[]>(2));
        var random = new Random(1);
        for (var i = 0; i < 4_000; i++) here.Set($"key {i}", new byte[i % 1_000 == 0 ? 8 * Frame : random.Next(300)]);
        here.Publish();

        var writer = new DeltaWriter();
        writer.BeginTransfer(new VersionVector(), here.Store.Origins);
        var transfer = new OutgoingTransfer();
        transfer.Begin(here.Store, [new(OriginTable.Self, 0, here.Store.Vector[OriginTable.Self])], isFullState: false);
        var body = new List<byte>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var allocatedByTest = 0L;
        bool isLast;
        do
        {
            isLast = writer.Fill(here.Store, transfer, Frame, here.Now);
            while (writer.Waiting.Length > 0 && (isLast || writer.Waiting.Length >= Frame))
            {
                var part = writer.Waiting[..Math.Min(Frame, writer.Waiting.Length)];
                var mark = GC.GetAllocatedBytesForCurrentThread();
                body.AddRange(part);
                allocatedByTest += GC.GetAllocatedBytesForCurrentThread() - mark;
                writer.Cut(part.Length);
            }
        }
        while (!isLast);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before - allocatedByTest, 0, 64 * Frame);
        Assert.Equal(here.Write(), body);
        Assert.Equal(4_000, there.Receive(body.ToArray()));
        Assert.Equal(here.Store.Hash, there.Store.Hash);
    }
}
