namespace PeerReplica.SlowTests.Escrow;

/// <summary>What may happen in an exploration, and how often.</summary>
internal sealed record ModelBounds
{
    public long Allowance { get; init; } = 1;

    /// <summary>Whether the cluster is formed and its units are granted before anything else happens.</summary>
    public bool StartsFormed { get; init; } = true;

    /// <summary>Which replicas have sold a unit before anything else happens.</summary>
    public int[] SoldBy { get; init; } = [];

    /// <summary>Whether there is a fourth replica, of a name of its own, where three are expected to form the cluster. All have heard of each other at the start.</summary>
    public bool HasFourth { get; init; }

    /// <summary>How many units are taken while exploring; all that are left are when a state is brought to rest.</summary>
    public int Takes { get; init; }

    public int Returns { get; init; }

    /// <summary>How many takes wait for a unit from elsewhere.</summary>
    public int Waits { get; init; }

    /// <summary>Where takes may wait.</summary>
    public int[] Asking { get; init; } = [0, 1, 2, 3];

    /// <summary>How many takes find nothing and do not wait.</summary>
    public int Misses { get; init; }

    /// <summary>How many units may come back beyond those there were at first; null where there is no ceiling.</summary>
    public long? Headroom { get; init; }

    /// <summary>How many returns wait for the right to return, where there is a ceiling.</summary>
    public int WaitingReturns { get; init; }

    /// <summary>How many units are granted while exploring.</summary>
    public int Grants { get; init; }

    /// <summary>Which replicas may leave, at most one of them.</summary>
    public int[] Leaving { get; init; } = [];

    /// <summary>How often a replica's turn to propose comes.</summary>
    public int Proposals { get; init; }

    /// <summary>Whose turn it may be; when a state is brought to rest it is everyone's.</summary>
    public int[] Proposing { get; init; } = [0, 1, 2, 3];

    /// <summary>Who may declare others dead.</summary>
    public int[] Declaring { get; init; } = [0, 1, 2, 3];

    /// <summary>Which replicas may crash, at most one of them.</summary>
    public int[] Crashing { get; init; } = [];

    public bool MayRestart { get; init; }

    /// <summary>Which replicas may be cut off from the others, at most one of them and once.</summary>
    public int[] Cutting { get; init; } = [];

    public bool MayDeclareDead { get; init; }

    /// <summary>Whether states that differ by numbers only count as one.</summary>
    public bool IsReduced { get; init; } = true;

    public int Depth { get; init; } = int.MaxValue;

    public int States { get; init; } = 1_000_000;
}
