using PeerReplica.DependencyInjection;
using PeerReplica.Testing;

namespace PeerReplica.Tests.Api;

/// <summary>
/// What readers see while a validator is being asked. The validator under test lets virtual time pass, so that others write
/// and frames arrive while its call is under way.
/// </summary>
public sealed class HeldChangesTests : IDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private readonly SimulatedCluster _cluster;
    private readonly List<int> _asked = [];
    private readonly List<Exception> _failures = [];
    private Func<int, Action?> _during = _ => null;

    public HeldChangesTests()
    {
        // Two writers without a validator, which observe each other's writes, and one reader with a validator.
        _cluster = new SimulatedCluster(new SimulationOptions { Replicas = 2, EventsPerCheck = 1 }, Lax);
        _cluster.Add(Strict);
        _cluster.RunUntilMeshed();
    }

    private IReplicatedMap<string, int> First => _cluster.On(0).GetMap<string, int>("map");

    private IReplicatedMap<string, int> Second => _cluster.On(1).GetMap<string, int>("map");

    private IReplicatedMap<string, int> Reader => _cluster.On(2).GetMap<string, int>("map");

    public void Dispose()
    {
        _cluster.Dispose();
        Assert.Empty(_failures);
    }

    [Fact]
    public void The_value_before_stays_in_view_until_the_validator_has_answered()
    {
        First.Set("a", 1);
        Settle();
        _during = v => v == 2 ? () =>
        {
            _cluster.RunFor(s_moment);
            AssertShows(1);
        }
        : null;
        First.Set("a", 2);
        Settle();
        AssertShows(2);
        Assert.Equal([1, 2], _asked);
    }

    [Fact]
    public void A_value_that_another_replica_superseded_stays_in_view_too()
    {
        First.Set("a", 1);
        Settle();
        _during = v => v == 2 ? () => AssertShows(1) : null;
        Second.Set("a", 2);
        Settle();
        AssertShows(2);
    }

    [Fact]
    public void A_new_key_is_not_there_while_its_first_value_is_asked_about()
    {
        _during = _ => () =>
        {
            _cluster.RunFor(s_moment);
            AssertShows();
        };
        First.Set("a", 1);
        Settle();
        AssertShows(1);
    }

    [Fact]
    public void Watchers_hear_of_a_value_when_it_is_accepted()
    {
        using var changes = Watching<MapChange<string, int>>.Start(_cluster, ct => Reader.WatchAsync(WatchStart.Changes, ct));
        _during = _ => () =>
        {
            _cluster.RunFor(s_moment);
            Assert.Empty(changes.Seen);
        };
        First.Set("a", 1);
        Settle();
        Assert.Equal([new(MapChangeKind.Set, "a", 1)], changes.Seen);
    }

    [Fact]
    public void Of_writes_that_arrive_meanwhile_the_last_is_asked_about_next()
    {
        _during = v => v == 1 ? () =>
        {
            for (var i = 2; i <= 4; i++)
            {
                First.Set("a", i);
                _cluster.RunFor(s_moment);
            }

            AssertShows();
        }
        : v == 4 ? () => AssertShows(1) : null;
        First.Set("a", 1);
        Settle();
        AssertShows(4);

        // Its readers went on by 1, though 4 had taken its place.
        Assert.Equal([1, 4], _asked);
    }

    [Fact]
    public void A_refused_value_that_was_replaced_meanwhile_leaves_the_one_before_in_view()
    {
        First.Set("a", 1);
        Settle();
        _during = v => v == -1 ? () =>
        {
            First.Set("a", 2);
            _cluster.RunFor(s_moment);
        }
        : v == 2 ? () => AssertShows(1) : null;
        First.Set("a", -1);
        Settle();
        AssertShows(2);
    }

    [Fact]
    public void A_removal_that_arrives_meanwhile_takes_effect_at_once()
    {
        First.Set("a", 1);
        Settle();
        _during = v => v == 2 ? () =>
        {
            _cluster.RunFor(s_moment);
            Second.Remove("a");
            _cluster.RunFor(s_moment);
            AssertShows();
        }
        : null;
        First.Set("a", 2);
        Settle();
        AssertShows();
        Assert.Equal(0, First.Count);
    }

    [Fact]
    public void A_local_write_has_not_seen_what_is_held_back_and_does_not_supersede_it()
    {
        _during = v => v == 1 ? () =>
        {
            Reader.Set("a", 2);
            _cluster.RunFor(s_moment);
            AssertShows(2);
        }
        : null;
        First.Set("a", 1);
        Settle();

        // The later of two writes that did not see each other is shown, and both are there.
        AssertShows(2);
        Assert.Equal([2, 1], Reader.GetAll("a"));
        Assert.Equal([2, 1], Second.GetAll("a"));
    }

    [Fact]
    public void A_local_write_that_waits_to_be_sent_does_not_supersede_what_is_accepted_meanwhile()
    {
        var sent = 0L;
        _during = v => v == 1 ? () =>
        {
            // The first write uses up the interval: the second one waits, and the validator's answer comes first.
            Reader.Set("other", 1);
            Reader.Set("a", 2);
            sent = _cluster.Replicas[2].Run!.Node.Host.Core.Counters.Published;
        }
        : null;
        First.Set("a", 1);
        Settle();
        Assert.Equal([2, 1], Reader.GetAll("a"));
        Assert.Equal([2, 1], First.GetAll("a"));
        Assert.True(sent < 2, "The write was sent before the answer: the test does not test what it says.");
    }

    [Fact]
    public void All_values_of_a_key_stay_in_view_and_go_one_by_one()
    {
        _cluster.Network.Cut(_cluster.Replicas[0], _cluster.Replicas[1]);
        First.Set("a", 1);
        Second.Set("a", 2);
        _cluster.RunFor(s_moment);
        Assert.Equal([1, 2], Reader.GetAll("a").Order());
        _cluster.Network.RestoreAll();
        _cluster.RunUntilMeshed();
        _during = v => v == 3 ? () =>
        {
            _cluster.RunFor(s_moment);
            Assert.Equal([1, 2], Reader.GetAll("a").Order());
        }
        : null;
        First.Set("a", 3);
        Settle();
        AssertShows(3);
        Assert.Equal([3], Reader.GetAll("a"));
    }

    [Fact]
    public void A_read_that_asks_peers_waits_for_the_validator()
    {
        _during = _ => () => _cluster.RunFor(s_moment);
        First.Set("a", 1);
        First.Set("a", 2);
        _cluster.Run(async () => Assert.Equal(2, (await Reader.GetAsync("a", ReadConcern.All)).Value));
        First.Set("a", 3);
        _cluster.RunUntil(() => _asked.Contains(3));
        First.Set("a", 4);
        _cluster.Run(async () => Assert.Equal(4, (await Reader.GetAsync("a", ReadConcern.All)).Value));
    }

    [Fact]
    public void A_read_that_asks_peers_does_not_wait_for_one_that_hangs()
    {
        First.Set("a", 1);
        Settle();
        var read = Task.CompletedTask;
        _during = v => v == 2 ? () =>
        {
            read = _cluster.Begin(async () => Assert.Equal(1, (await Reader.GetAsync("a", ReadConcern.All)).Value));
            _cluster.RunFor(TimeSpan.FromSeconds(0.8));
            Assert.False(read.IsCompleted);
            _cluster.RunFor(TimeSpan.FromSeconds(1));
            Assert.True(read.IsCompletedSuccessfully);
        }
        : null;
        First.Set("a", 2);
        Settle();
        AssertShows(2);
        Assert.True(read.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_newcomer_is_synchronized_once_its_validator_has_answered()
    {
        for (var i = 0; i < 1000; i++) First.Set($"k{i}", i);
        Settle();
        _asked.Clear();
        _during = v => v == 700 ? () =>
        {
            _cluster.RunFor(TimeSpan.FromSeconds(0.5));
            var newcomer = _cluster.Replicas[3].Replica;
            Assert.False(newcomer.Health.IsReady);
            var finding = newcomer.Health.Findings.Single(f => f.Reason == ReplicaHealthReason.NotSynchronized);
            Assert.Contains("validators are being asked", finding.Message, StringComparison.Ordinal);
        }
        : null;
        var joined = _cluster.Add(Strict).Replica;
        var count = 0;
        _cluster.Run(async () =>
        {
            await joined.WaitUntilSyncedAsync();
            count = joined.GetMap<string, int>("map").Count;
        });
        Assert.Equal(1000, count);
        Assert.Equal(1000, _asked.Count);
        Assert.True(joined.Health.IsReady);
    }

    [Fact]
    public void A_value_beside_a_held_one_is_there_once_and_goes_when_it_is_removed()
    {
        First.Set("a", 1);
        Settle();
        _cluster.Isolate(1);
        Second.Remove("a");
        Second.Set("a", 2);
        _cluster.RunFor(s_moment);
        First.Set("a", 3);
        _cluster.RunFor(s_moment);
        _during = v => v == 2 ? () =>
        {
            Assert.Equal([3], Reader.GetAll("a"));
            First.Remove("a");
            _cluster.RunFor(s_moment);
            AssertShows();
            Assert.Empty(Reader.GetAll("a"));
        }
        : null;
        _cluster.Network.RestoreAll();
        _cluster.RunFor(TimeSpan.FromSeconds(10));
        Settle();
        Assert.Equal([1, 3, 2], _asked);
    }

    [Fact]
    public void A_held_value_that_expires_is_never_seen()
    {
        _during = _ => () =>
        {
            _cluster.RunFor(TimeSpan.FromMilliseconds(600));
            AssertShows();
        };
        First.Set("a", 1, TimeSpan.FromMilliseconds(500));
        _cluster.RunFor(TimeSpan.FromSeconds(1));
        AssertShows();
        Assert.Equal(0, Reader.Count);
        _cluster.RunFor(TimeSpan.FromSeconds(30));
        Assert.All(_cluster.Replicas, r => Assert.Equal(0, r.Run!.Node.Host.Core.Store.Tombstones));
    }

    [Fact]
    public void The_value_before_still_expires_while_another_is_held()
    {
        First.Set("a", 1, TimeSpan.FromMilliseconds(400));
        Settle();
        _during = v => v == 2 ? () =>
        {
            _cluster.RunFor(TimeSpan.FromMilliseconds(200));
            AssertShows(1);
            _cluster.RunFor(TimeSpan.FromMilliseconds(500));
            AssertShows();
        }
        : null;
        First.Set("a", 2);
        Settle();
        _cluster.RunFor(TimeSpan.FromSeconds(20));
        AssertShows(2);
    }

    [Fact]
    public void A_change_without_an_answer_in_time_is_reported_stays_held_back_and_holds_nobody_up()
    {
        First.Set("a", 0);
        Settle();
        _asked.Clear();
        _during = v => v == 1 ? () =>
        {
            First.Set("b", 10);
            _cluster.RunFor(TimeSpan.FromSeconds(0.9));
            Assert.False(Reader.ContainsKey("b"));
            _cluster.RunFor(TimeSpan.FromSeconds(0.2));
            Assert.Equal([0, 10], Reader.Select(e => e.Value).Order());
            var finding = _cluster.Finding(2, ReplicaHealthReason.ChangeRefused)!;
            Assert.Contains("did not answer within 1 s", finding.Message, StringComparison.Ordinal);
        }
        : null;
        First.Set("a", 1);
        Settle();
        AssertShows(1);
        Assert.Equal([1, 10], _asked);
        Assert.Equal(1, Refused());
    }

    [Fact]
    public void A_late_refusal_counts_once_and_a_late_answer_about_what_was_replaced_changes_nothing()
    {
        _during = v => v == -1 ? () => _cluster.RunFor(TimeSpan.FromSeconds(2)) : null;
        First.Set("a", -1);
        Settle();
        AssertShows();
        Assert.Equal(1, Refused());
        _during = v => v == 5 ? () =>
        {
            _cluster.RunFor(TimeSpan.FromSeconds(2));
            First.Set("a", 6);
            _cluster.RunFor(s_moment);
            AssertShows(6);
            First.Set("a", 7);
        }
        : null;
        First.Set("a", 5);
        Settle();
        AssertShows(7);
        Assert.Equal(2, Refused());
        Assert.Equal([-1, 5, 6, 7], _asked);
    }

    [Fact]
    public void Of_a_key_whose_change_hangs_other_changes_are_asked_about_and_that_one_is_not_again()
    {
        _cluster.Isolate(1);
        Second.Set("a", 3);
        _during = v => v == -1 ? () =>
        {
            _cluster.Network.RestoreAll();
            _cluster.RunFor(TimeSpan.FromSeconds(5));
            AssertShows(3);
        }
        : null;
        First.Set("a", -1);
        _cluster.RunFor(TimeSpan.FromSeconds(10));
        Settle();
        AssertShows(3);
        Assert.Equal([3], Reader.GetAll("a"));
        Assert.Equal([-1, 3], _asked);
        Assert.Equal([-1, 3], First.GetAll("a").Order());
    }

    [Fact]
    public void A_late_answer_takes_no_reader_back()
    {
        var held = _cluster.Replicas[2].Run!.Node.Host.Validations.Single();
        _during = v => v == 1 ? () =>
        {
            _cluster.RunFor(TimeSpan.FromSeconds(1.2));
            First.Set("a", 2);
            _cluster.RunFor(s_moment);
            AssertShows(2);
            Assert.Equal(0, held.HeldKeys);
            First.Set("a", 3);
            _cluster.RunUntil(() => held.HeldKeys == 1);
        }
        : v == 3 ? () => AssertShows(2) : null;
        First.Set("a", 1);
        _cluster.RunFor(TimeSpan.FromSeconds(3));
        AssertShows(3);
        Assert.Equal([1, 2, 3], _asked);
    }

    [Fact]
    public void While_as_many_calls_hang_as_may_further_changes_are_held_back_and_health_says_so()
    {
        _during = v => v < 100 ? () =>
        {
            _cluster.RunFor(TimeSpan.FromSeconds(1.5));
            if (v < 3) return;
            First.Set("late", 100);
            _cluster.RunFor(TimeSpan.FromSeconds(5));
            Assert.Equal(4, _asked.Count);
            Assert.False(Reader.ContainsKey("late"));
            var findings = _cluster.On(2).Health.Findings.Where(f => f.Reason == ReplicaHealthReason.ChangeRefused);
            Assert.Contains(findings, f => f.Message.Contains("does not return", StringComparison.Ordinal));
        }
        : null;
        for (var i = 0; i < 4; i++) First.Set($"k{i}", i);
        Settle();
        _cluster.RunFor(TimeSpan.FromSeconds(10));
        Assert.Equal(5, Reader.Count);
        Assert.Equal([0, 1, 2, 3, 100], _asked);
        _cluster.RunFor(TimeSpan.FromMinutes(3));
        Assert.Empty(_cluster.On(2).Health.Findings);
    }

    [Fact]
    public void A_key_that_is_written_all_the_time_goes_on_for_readers()
    {
        var next = 2;
        _during = v => v < 20 ? () =>
        {
            Assert.Equal(v == 1 ? 0 : 1, Reader.Count);
            if (v > 1) Assert.True(Reader.Single().Value >= v - 1);
            First.Set("a", next++);
            _cluster.RunFor(s_moment);
        }
        : null;
        First.Set("a", 1);
        _cluster.RunFor(TimeSpan.FromSeconds(5));
        AssertShows(20);
    }

    private long Refused() => _cluster.Replicas[2].Run!.Node.Host.Validations.Single().RefusedEver;

    private void AssertShows(params int[] expected)
    {
        Assert.Equal(expected, Reader.Where(e => e.Key == "a").Select(e => e.Value));
        Assert.Equal(expected.Length > 0, Reader.ContainsKey("a"));
        Assert.Equal(expected.Length > 0, Reader.TryGetValue("a", out _));
    }

    private void Settle()
    {
        _cluster.RunUntilConverged();
        _cluster.RunFor(s_moment);
        _cluster.RunUntilConverged();
    }

    private static void Lax(IPeerReplicaBuilder objects) => objects.AddMap<string, int>("map");

    /// <summary>Of what the reader itself writes the test does not ask.</summary>
    private void Strict(IPeerReplicaBuilder objects) => objects.AddMap<string, int>("map", o => o.Validate = change =>
    {
        if (change.Origin == _cluster.On(2).Self.Id) return ChangeVerdict.Accepted;
        _asked.Add(change.Value);
        try
        {
            _during(change.Value)?.Invoke();
        }
        catch (Exception e)
        {
            // To the validator's caller it would be a refusal.
            _failures.Add(e);
        }

        return change.Value >= 0 ? ChangeVerdict.Accepted : ChangeVerdict.Refused("It is negative.");
    });
}
