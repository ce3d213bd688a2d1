using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Tests.Crdts;

/// <summary>Records that a validator keeps from readers.</summary>
public sealed class WithheldRecordTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(60)]
    public void A_withheld_record_is_not_the_last_writer_and_is_observed_once_it_is_refused(int last)
    {
        var (entry, origins) = (new PlainEntry(), new OriginTable(new ReplicaId(500)));
        for (var origin = 1; origin <= last; origin++)
        {
            origins.IndexOf(new ReplicaId((UInt128)(1_000 + origin)));
            entry.Merge(PlainEntry.Write(origin, 1, new HybridTimestamp((ulong)origin), [1]), out _);
        }

        entry.Component(0);
        Assert.Equal(last > ComponentIndex.BuiltAbove, entry.Index is not null);
        Assert.Equal(last, Components.LastWriter(entry, origins)!.Origin);

        var write = PlainEntry.Write(last, 2, new HybridTimestamp(1_000), [2]);
        write.Withhold(isRefused: false);
        entry.Merge(write, out _);
        var record = entry.Component(last)!;
        Assert.Equal((true, false, false), (record.IsHeld, record.IsRefused, record.IsShown));
        Assert.Equal(last - 1, Components.LastWriter(entry, origins)!.Origin);
        Assert.Equal(last - 1, Components.Observe(entry, 0)!.Length);

        record.Withhold(isRefused: true);
        Assert.Equal((false, true, false), (record.IsHeld, record.IsRefused, record.IsShown));
        Assert.Equal(last - 1, Components.LastWriter(entry, origins)!.Origin);
        Assert.Equal(last, Components.Observe(entry, 0)!.Length);

        record.Show();
        entry.Index?.Shown(record);
        Assert.Equal(last, Components.LastWriter(entry, origins)!.Origin);
    }

    [Fact]
    public void A_refused_record_stays_so_when_what_it_observed_is_forgotten_and_is_dead_like_any_other()
    {
        var record = PlainEntry.Write(3, 7, default, [1], [new Dot(4, 1)]);
        record.Withhold(isRefused: true);
        record.Observed = null;
        Assert.True(record.IsRefused);
        record.Die(new Dot(4, 2));
        Assert.Equal((false, false, false), (record.IsRefused, record.IsHeld, record.IsShown));
        Assert.Equal(new Dot(4, 2), record.Killer);
        record.Reset();
        record.Payload = [1];
        Assert.True(record.IsShown);
    }
}
