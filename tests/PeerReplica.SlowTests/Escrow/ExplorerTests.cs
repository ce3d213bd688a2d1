using System.Globalization;
using PeerReplica.Simulation;
using Xunit.Abstractions;

namespace PeerReplica.SlowTests.Escrow;

/// <summary>Everything that can happen to three replicas with three units, within bounds: each run goes to its end.</summary>
public sealed class ExplorerTests(ITestOutputHelper output)
{
    /// <summary>More than any run within the bounds below has; whoever comes here has not gone through everything.</summary>
    private const int TooMany = 20_000_000;

    private static ModelBounds Transfers => new() { Takes = 2, Returns = 1, Waits = 1 };

    /// <summary>One crashes and is declared dead while another waits for a rights transfer.</summary>
    private static ModelBounds Death => new() { Waits = 1, Proposals = 1, Crashing = [0], MayDeclareDead = true };

    /// <summary>One is cut off and comes back; whoever cannot be reached may be declared dead, on either side.</summary>
    private static ModelBounds Partition => new() { Proposals = 1, Cutting = [0], MayDeclareDead = true };

    /// <summary>
    /// A crash, a partition, a declaration and a rights transfer that is waited for, in every order: of A the crash, of B the cut. What is done about it is C's, unless
    /// PEERREPLICA_EXPLORE is set: then everyone may ask, declare and propose.
    /// </summary>
    private static ModelBounds Everything => Environment.GetEnvironmentVariable("PEERREPLICA_EXPLORE") is { Length: > 0 } ? All : All with { Asking = [2], Declaring = [2], Proposing = [2] };

    private static ModelBounds All => new() { Allowance = 0, Waits = 1, Proposals = 1, Crashing = [0], Cutting = [1], MayDeclareDead = true };

    /// <summary>A replica that has sold out asks for a unit while the account of one that may give it is closed.</summary>
    private static ModelBounds Race => new() { SoldBy = [2], Waits = 1, Proposals = 1, Cutting = [0], MayDeclareDead = true };

    /// <summary>All but one have sold out, and that one is taken for dead.</summary>
    private static ModelBounds Fence => new() { SoldBy = [1, 2], Proposals = 1, Cutting = [0], MayDeclareDead = true };

    /// <summary>More replicas come up than are expected to form the cluster, and not all hear of all.</summary>
    private static ModelBounds Crowd => new() { StartsFormed = false, HasFourth = true, Cutting = [3] };

    private static ModelBounds Restart => new() { Waits = 1, Proposals = 1, Crashing = [0], MayRestart = true };

    private static ModelBounds Bootstrap => new() { StartsFormed = false, Proposals = 1 };

    private static ModelBounds Ceiling => new() { Takes = 1, Returns = 1, WaitingReturns = 1, Headroom = 1 };

    private static ModelBounds Granting => new() { Takes = 1, Grants = 1 };

    private static ModelBounds Leaving => new() { Waits = 1, Proposals = 1, Leaving = [0] };

    private static ModelBounds Missing => new() { SoldBy = [2], Takes = 1, Misses = 1 };

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Whatever_is_given_away_and_returned_no_unit_is_sold_twice_or_lost(long allowance) => Holds(Transfers with { Allowance = allowance });

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Whatever_a_crashed_replica_was_doing_closing_its_account_sells_no_unit_twice(long allowance) => Holds(Death with { Allowance = allowance });

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_replica_that_is_cut_off_and_declared_dead_sells_no_unit_twice(long allowance) => Holds(Partition with { Allowance = allowance });

    [Fact]
    public void In_a_crash_and_a_partition_at_once_no_unit_is_sold_twice_or_lost() => Holds(Everything);

    [Fact]
    public void A_replica_that_crashes_and_starts_again_sells_no_unit_twice() => Holds(Restart);

    [Fact]
    public void However_a_cluster_forms_its_units_are_granted_once() => Holds(Bootstrap);

    [Fact]
    public void No_more_is_returned_than_the_ceiling_permits() => Holds(Ceiling);

    [Fact]
    public void What_is_granted_counts_once() => Holds(Granting);

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void A_replica_that_leaves_hands_over_what_it_has(long allowance) => Holds(Leaving with { Allowance = allowance, Asking = [2], Proposing = [1] });

    [Fact]
    public void A_take_that_misses_gets_the_units_where_it_missed_them() => Holds(Missing);

    [Fact]
    public void A_transfer_that_counts_too_early_is_found() => Breaks("TrustTransfers", nameof(Race));

    [Fact]
    public void A_closing_that_forgets_what_may_have_been_taken_is_found() => Breaks("CloseWithoutFence", nameof(Fence));

    [Fact]
    public void A_cluster_that_one_replica_forms_alone_is_found() => Breaks("FormAlone", nameof(Crowd));

    private void Holds(ModelBounds bounds)
    {
        var explorer = new Explorer(bounds with { States = TooMany });
        Assert.True(Run(explorer) is null, "see the output");
        Assert.True(explorer.IsComplete);
    }

    /// <summary>As many states as it took to find the bug hold without it: what was found is the bug.</summary>
    private void Breaks(string plant, string bounds)
    {
        var found = (string[])new PlantedLibrary(plant).Call(Explore, bounds)!;
        foreach (var line in found) output.WriteLine(line);
        Assert.Contains("units can be taken, after", found[1], StringComparison.Ordinal);
        Assert.Null(Run(new Explorer(Bounds(bounds) with { States = int.Parse(found[0], CultureInfo.InvariantCulture) })));
    }

    /// <summary>Explores over whichever library this assembly was loaded with: the states there were, and what was found.</summary>
    private static string[] Explore(string bounds)
    {
        var explorer = new Explorer(Bounds(bounds) with { States = TooMany });
        var violation = explorer.Run();
        return [explorer.States.ToString(CultureInfo.InvariantCulture), violation ?? "nothing found"];
    }

    private static ModelBounds Bounds(string name) => name switch
    {
        nameof(Race) => Race,
        nameof(Fence) => Fence,
        _ => Crowd,
    };

    private string? Run(Explorer explorer)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var violation = explorer.Run();
        output.WriteLine($"{clock.Elapsed.TotalSeconds:0.0} s: {explorer.States} states of the cluster, {explorer.ReplicaStates} of a replica, {explorer.Rests} sold out, depth {explorer.Depth}, complete: {explorer.IsComplete}");
        if (violation is not null) output.WriteLine(violation);
        return violation;
    }
}
