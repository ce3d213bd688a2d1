namespace PeerReplica.SlowTests.Escrow;

/// <summary>The whole cluster at one moment: a number for the state of each replica, and what befell them. The fourth is the restarted one; 0 where there is none.</summary>
internal readonly record struct ModelState(int A, int B, int C, int D)
{
    public const int Slots = 4;

    public const sbyte None = -1;

    public sbyte Crashed { get; init; } = None;

    public sbyte Cut { get; init; } = None;

    public bool WasCut { get; init; }

    public bool WasDeclaredDead { get; init; }

    public bool HasLeft { get; init; }

    public byte Waits { get; init; }

    public byte Misses { get; init; }

    public byte WaitingReturns { get; init; }

    public byte Proposals { get; init; }

    public int this[int slot] => slot switch { 0 => A, 1 => B, 2 => C, _ => D };

    public ModelState With(int slot, int replica) => slot switch
    {
        0 => this with { A = replica },
        1 => this with { B = replica },
        2 => this with { C = replica },
        _ => this with { D = replica },
    };

    public bool IsLive(int slot) => this[slot] != 0 && slot != Crashed;

    public bool AreLinked(int one, int other) => one != other && IsLive(one) && IsLive(other) && one != Cut && other != Cut;

    /// <summary>The slots that one is linked with, a bit for each.</summary>
    public byte LinkedWith(int slot)
    {
        var mask = 0;
        for (var other = 0; other < Slots; other++)
        {
            if (AreLinked(slot, other)) mask |= 1 << other;
        }

        return (byte)mask;
    }
}
