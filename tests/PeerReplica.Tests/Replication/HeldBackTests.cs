using PeerReplica.Causality;
using PeerReplica.Replication;

namespace PeerReplica.Tests.Replication;

/// <summary>Which origins a link holds back, and when the sender is asked again.</summary>
public sealed class HeldBackTests
{
    private static readonly ReplicaId s_one = new(1);
    private static readonly ReplicaId s_two = new(2);
    private static readonly Instant s_now = new(1_000);

    [Fact]
    public void Origin_is_held_back_until_a_transfer_of_its_changes_finds_nothing_to_refuse()
    {
        var held = new HeldBack();
        Assert.True(held.IsEmpty);
        Judge(held, [s_one, s_two], (s_one, DeltaVerdict.TooLarge));
        Assert.False(held.IsEmpty);
        Assert.Equal([s_one], held.Origins);
        Assert.True(held.Contains(s_one));
        Assert.False(held.Contains(s_two));
        Assert.True(held.TryGet(s_one, out var verdict));
        Assert.Equal(DeltaVerdict.TooLarge, verdict);
        Judge(held, [s_two]);
        Assert.True(held.Contains(s_one));
        Judge(held, [s_one]);
        Assert.False(held.Contains(s_one));
        Assert.True(held.IsEmpty);
    }

    [Fact]
    public void First_reason_within_a_transfer_and_the_latest_transfer_s_reason_count()
    {
        var held = new HeldBack();
        held.BeginTransfer();
        held.Find(s_one, DeltaVerdict.TooLarge);
        held.Find(s_one, DeltaVerdict.ClockSkew);
        held.EndTransfer(Offered(s_one));
        Assert.True(held.TryGet(s_one, out var verdict));
        Assert.Equal(DeltaVerdict.TooLarge, verdict);
        Judge(held, [s_one], (s_one, DeltaVerdict.ClockSkew));
        Assert.True(held.TryGet(s_one, out verdict));
        Assert.Equal(DeltaVerdict.ClockSkew, verdict);
    }

    [Fact]
    public void Newly_held_origin_is_news_once()
    {
        var held = new HeldBack();
        Assert.False(held.TryTakeNews(out _, out _));
        Judge(held, [s_one, s_two], (s_one, DeltaVerdict.TooLarge), (s_two, DeltaVerdict.ClockSkew));
        Judge(held, [s_one, s_two], (s_one, DeltaVerdict.TooLarge), (s_two, DeltaVerdict.ClockSkew));
        var news = new Dictionary<ReplicaId, DeltaVerdict>();
        while (held.TryTakeNews(out var origin, out var verdict)) news.Add(origin, verdict);
        Assert.Equal(new() { [s_one] = DeltaVerdict.TooLarge, [s_two] = DeltaVerdict.ClockSkew }, news);
    }

    [Fact]
    public void Origin_that_was_released_before_anybody_asked_is_no_news()
    {
        var held = new HeldBack();
        Judge(held, [s_one, s_two], (s_one, DeltaVerdict.TooLarge), (s_two, DeltaVerdict.TooLarge));
        held.Release(s_one);
        Assert.True(held.TryTakeNews(out var origin, out _));
        Assert.Equal(s_two, origin);
        Assert.False(held.TryTakeNews(out _, out _));
    }

    [Fact]
    public void Sender_is_asked_again_after_1_s_doubling_to_64_s()
    {
        var held = new HeldBack();
        Assert.Equal(Instant.Never, held.RetryAt);
        Judge(held, [s_one], (s_one, DeltaVerdict.TooLarge));
        Assert.Equal(Instant.Never, held.RetryAt);
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 64, 64, 64])
        {
            held.Postpone(s_now);
            Assert.Equal(s_now + TimeSpan.FromSeconds(seconds), held.RetryAt);
        }
    }

    [Fact]
    public void Once_nothing_is_held_back_nobody_is_asked_and_the_wait_begins_anew()
    {
        var held = new HeldBack();
        Judge(held, [s_one, s_two], (s_one, DeltaVerdict.TooLarge), (s_two, DeltaVerdict.TooLarge));
        held.Postpone(s_now);
        held.Postpone(s_now);
        held.Release(s_one);
        Assert.Equal(s_now + TimeSpan.FromSeconds(2), held.RetryAt);
        held.Release(s_two);
        Assert.Equal(Instant.Never, held.RetryAt);
        Judge(held, [s_one], (s_one, DeltaVerdict.TooLarge));
        held.Postpone(s_now);
        Assert.Equal(s_now + TimeSpan.FromSeconds(1), held.RetryAt);
        Judge(held, [s_one]);
        Assert.Equal(Instant.Never, held.RetryAt);
    }

    private static void Judge(HeldBack held, ReplicaId[] offered, params (ReplicaId Origin, DeltaVerdict Verdict)[] refused)
    {
        held.BeginTransfer();
        foreach (var (origin, verdict) in refused) held.Find(origin, verdict);
        held.EndTransfer(Offered(offered));
    }

    private static Dictionary<ReplicaId, ulong>.KeyCollection Offered(params ReplicaId[] origins) =>
        origins.ToDictionary(o => o, _ => 1UL).Keys;
}
