using PeerReplica.Causality;
using PeerReplica.Crdts;
using PeerReplica.Escrow;
using PeerReplica.Hosting.LocalPlane;

namespace PeerReplica.SlowTests.Plants;

/// <summary>What a replica may decide and count as acknowledged. Each law returns what broke, or null.</summary>
internal static class EscrowLaws
{
    private static readonly ReplicaId s_first = new(10);
    private static readonly ReplicaId s_heir = new(20);
    private static readonly EscrowName s_pool = new(ObjectKind.Pool, "seats");

    /// <summary>An heir decides about a claim only once it contains all that the closed owner decided in time.</summary>
    public static string? AnHeirDecidesNothingBeforeItContainsTheCut()
    {
        var view = new EscrowView();
        ReplicaId[] voters = [s_first, s_heir];
        view.Learn(0, new Decision { Formation = new(1), Voters = voters });
        view.Learn(1, new Decision { Formation = new(1), Voters = [s_heir], Cut = [new(s_first, 62)], Closings = [new(s_first, s_heir, [])] });
        view.Learn(s_heir, s_pool, AccountRecord.Empty);
        var published = new Published();
        var desk = new ClaimDesk(new PoolPort(), s_heir, view, view.ClaimsOf(s_pool));
        desk.Tend(new Instant(1), published);
        return published.Claims == 0 ? null : "an heir decided about an item before it knew what its predecessor had decided";
    }

    /// <summary>An acknowledgment by a voter that is ahead may be for later voters: it does not count before their decision is known.</summary>
    public static string? AnAcknowledgmentFromAheadDoesNotCountYet()
    {
        ReplicaId[] voters = [new(1), new(2), new(3)];
        var view = new EscrowView();
        view.Learn(0, new Decision { Formation = new(9), Voters = voters });
        foreach (var voter in voters)
            view.Learn(voter, new CouncilRecord { Formation = new(9), Slot = view.Slot + 1, Acks = [new Mark(voters[0], 5)] });
        return view.AckedOf(voters[0]) == 0 ? null : "acknowledgments of voters that are ahead were counted";
    }

    private sealed class PoolPort : EscrowPort
    {
        public override EscrowName Name => s_pool;

        public override Budget Down { get; } = new AtomicBudget();

        public override Budget? Up => null;

        public override long Allowance => 0;

        public override MintWish Mint { get; } = new(s_pool, 1, 0);

        public override long Want => 0;

        public override long UpWant => 0;

        public override long Granted => 0;

        public override ClaimRequest[] Requests { get; } = [new ClaimRequest(1, [1], ClaimVerb.Take, default, 0, 0, 0)];

        public override bool HoldsAreClaims => false;

        public override void Confirmed(long amount)
        {
        }

        public override ReplicaId? FirstAuthority(byte[] key) => s_first;

        public override long Missed() => 0;

        public override void EndWaiting()
        {
        }

        public override void Changed()
        {
        }
    }

    private sealed class Published : IEscrowPublisher
    {
        public int Claims { get; private set; }

        public void Publish(CouncilRecord record)
        {
        }

        public void Publish(ulong slot, Decision decision)
        {
        }

        public void Publish(EscrowName name, byte[] key, ClaimRecord record, Instant expiresAt) => Claims++;

        public void Publish(Account account)
        {
        }
    }
}
