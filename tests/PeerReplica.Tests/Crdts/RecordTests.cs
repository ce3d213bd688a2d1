using PeerReplica.Causality;
using PeerReplica.Crdts;

namespace PeerReplica.Tests.Crdts;

/// <summary>What a record keeps and forgets as it dies, is overwritten and is reset.</summary>
public sealed class RecordTests
{
    private static readonly Dot s_killer = new(2, 9);
    private static readonly Dot[] s_observed = [new(1, 4)];
    private static readonly Instant s_expiry = new(500);

    [Fact]
    public void New_record_is_an_unpublished_removal_without_marks_and_details()
    {
        var record = new DetachedRecord();
        Assert.True(record.IsRemoval);
        MustBeBlank(record);
    }

    [Fact]
    public void Record_is_live_until_it_is_dead_or_a_removal()
    {
        var record = new DetachedRecord { Payload = [1] };
        Assert.True(record.IsLive);
        Assert.False(record.IsRemoval);
        record.Die(s_killer);
        Assert.False(record.IsLive);
        Assert.True(record.IsDead);
        Assert.Equal(s_killer, record.Killer);
        record.Payload = null;
        Assert.False(record.IsLive);
    }

    [Fact]
    public void Marks_do_not_touch_one_another()
    {
        var record = new PlainEntry { Payload = [1] };
        Action<bool>[] set =
        [
            v => record.IsComponent = v, v => record.IsMentioned = v, v => record.IsLate = v, v => record.IsQueuedForCollection = v,
        ];
        for (var values = 0; values < 16; values++)
        {
            for (var i = 0; i < set.Length; i++) set[i]((values & (1 << i)) != 0);
            Assert.Equal((values & 1) != 0, record.IsComponent);
            Assert.Equal((values & 2) != 0, record.IsMentioned);
            Assert.Equal((values & 4) != 0, record.IsLate);
            Assert.Equal((values & 8) != 0, record.IsQueuedForCollection);
            Assert.False(record.IsDead);
        }

        record.Die(s_killer);
        foreach (var clear in set) clear(false);
        Assert.True(record.IsDead);
    }

    [Fact]
    public void Sequence_of_0_means_not_published()
    {
        Assert.False(new DetachedRecord { Origin = 3 }.IsPublished);
        var record = new DetachedRecord { Origin = 3, Sequence = 1 };
        Assert.True(record.IsPublished);
        Assert.Equal(new Dot(3, 1), record.Dot);
    }

    [Fact]
    public void Details_take_room_only_while_there_is_one()
    {
        var record = new DetachedRecord { ExpiresAt = default, Observed = null };
        Assert.False(record.HasDetails);
        record.Observed = s_observed;
        Assert.True(record.HasDetails);
        record.Observed = null;
        Assert.False(record.HasDetails);
        record.ExpiresAt = s_expiry;
        Assert.True(record.HasDetails);
        Assert.Equal(s_expiry, record.ExpiresAt);
    }

    [Fact]
    public void Forgetting_what_was_observed_keeps_expiry_and_killer()
    {
        var expiring = new DetachedRecord { ExpiresAt = s_expiry, Observed = s_observed };
        expiring.Observed = null;
        Assert.Null(expiring.Observed);
        Assert.Equal(s_expiry, expiring.ExpiresAt);
        Assert.True(expiring.HasDetails);

        var dead = new DetachedRecord { Observed = s_observed };
        dead.Die(s_killer);
        dead.Observed = null;
        Assert.Null(dead.Observed);
        Assert.Equal(s_killer, dead.Killer);
        Assert.True(dead.HasDetails);
    }

    [Fact]
    public void Expiry_can_be_taken_away_again()
    {
        var record = new DetachedRecord { ExpiresAt = s_expiry };
        record.ExpiresAt = default;
        Assert.Equal(default, record.ExpiresAt);
    }

    [Fact]
    public void Becoming_another_record_takes_all_that_it_is_but_its_place()
    {
        var other = Full();
        other.IsComponent = other.IsLate = other.HasValue = true;
        other.NextComponent = new DetachedRecord();
        var record = new DetachedRecord();
        record.Become(other);
        Assert.Equal([1, 2], record.Payload);
        Assert.Equal(new HybridTimestamp(7, 1), record.Stamp);
        Assert.Equal(new Dot(3, 8), record.Dot);
        Assert.Equal(77UL, record.Hash);
        Assert.True(record.IsMentioned);
        Assert.True(record.IsDead);
        Assert.True(record.HasDetails);
        Assert.Equal((s_expiry, s_killer), (record.ExpiresAt, record.Killer));
        Assert.Same(s_observed, record.Observed);
        Assert.False(record.IsComponent);
        Assert.False(record.IsLate);
        Assert.False(record.HasValue);
        Assert.Null(record.NextComponent);
    }

    [Fact]
    public void Becoming_a_plain_record_forgets_death_and_details()
    {
        var record = Full();
        record.Become(new DetachedRecord { Payload = [5], Origin = 3, Sequence = 9 });
        Assert.Equal(new Dot(3, 9), record.Dot);
        Assert.True(record.IsLive);
        Assert.False(record.HasDetails);
        Assert.False(record.IsMentioned);
        Assert.Equal(
            (default(Instant), default(Dot), (Dot[]?)null), (record.ExpiresAt, record.Killer, record.Observed));
    }

    [Fact]
    public void Reset_leaves_nothing_of_what_the_record_was()
    {
        var record = Full();
        record.HasValue = true;
        record.Reset();
        Assert.True(record.IsRemoval);
        MustBeBlank(record);
    }

    private static void MustBeBlank(DetachedRecord record)
    {
        Assert.False(record.IsPublished);
        Assert.False(record.IsDead);
        Assert.False(record.IsMentioned);
        Assert.False(record.HasValue);
        Assert.False(record.HasDetails);
        Assert.Equal(HybridTimestamp.Zero, record.Stamp);
        Assert.Equal(
            (default(Instant), default(Dot), (Dot[]?)null), (record.ExpiresAt, record.Killer, record.Observed));
    }

    private static DetachedRecord Full()
    {
        var record = new DetachedRecord
        {
            Payload = [1, 2],
            Stamp = new HybridTimestamp(7, 1),
            Origin = 3,
            Sequence = 8,
            Hash = 77,
            IsMentioned = true,
            ExpiresAt = s_expiry,
            Observed = s_observed,
        };
        record.Die(s_killer);
        return record;
    }
}
