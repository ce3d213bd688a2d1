using MessagePack;
using PeerReplica.Wire;

namespace PeerReplica.Escrow;

/// <summary>
/// What one replica says to the account consensus: as a voter, as a proposer, as a witness of accounts. Only the replica itself writes it; the latest says everything.
/// Immutable.
/// </summary>
internal sealed record ConsensusRecord
{
    /// <summary>The replica's node name and address: a later run under both has proof that this one ended.</summary>
    public string NodeName { get; init; } = "";

    public string Address { get; init; } = "";

    /// <summary>The replicas it is ready to form the cluster with, in the order of their ids; empty when it is not.</summary>
    public ReplicaId[] Ready { get; init; } = [];

    /// <summary>The replicas it has bound itself to form the cluster with; it will not bind itself to others.</summary>
    public ReplicaId[] BootstrapVote { get; init; } = [];

    /// <summary>Which bootstrap it belongs to: the id of the decision that began it; zero before.</summary>
    public ReplicaId BootstrapId { get; init; }

    /// <summary>How many decisions it has applied: the number of the one that the fields below are about.</summary>
    public ulong Slot { get; init; }

    public Ballot Promised { get; init; }

    public Ballot Accepted { get; init; }

    public Decision? AcceptedValue { get; init; }

    public Ballot Prepared { get; init; }

    public Ballot Proposed { get; init; }

    public Decision? ProposedValue { get; init; }

    /// <summary>For each account up to where this voter contains its owner's records, or did when it last promised.</summary>
    public Mark[] Acks { get; init; } = [];

    /// <summary>Replicas known to have ended: their process is gone.</summary>
    public ReplicaId[] Ended { get; init; } = [];

    /// <summary>Accounts that it asks the account consensus to close.</summary>
    public ReplicaId[] Closings { get; init; } = [];

    /// <summary>Replicas that it has not heard of for so long that it would close their accounts, if a quorum says the same.</summary>
    public ReplicaId[] GivenUp { get; init; } = [];

    /// <summary>What it asks the account consensus to grant, once.</summary>
    public InitialGrantRequest[] InitialGrants { get; init; } = [];

    /// <summary>Whether it leaves in good order, and has stopped spending.</summary>
    public bool IsLeaving { get; init; }

    public ulong AckOf(ReplicaId account) => Mark.Find(Acks, account);

    public void Encode(ref MessagePackWriter output)
    {
        output.WriteArrayHeader(18);
        output.WriteText(NodeName);
        output.WriteText(Address);
        output.WriteIds(Ready);
        output.WriteIds(BootstrapVote);
        output.WriteReplicaId(BootstrapId);
        output.WriteUInt(Slot);
        output.WriteBallot(Promised);
        output.WriteBallot(Accepted);
        output.WriteDecision(AcceptedValue);
        output.WriteBallot(Prepared);
        output.WriteBallot(Proposed);
        output.WriteDecision(ProposedValue);
        output.WriteMarks(Acks);
        output.WriteIds(Ended);
        output.WriteIds(Closings);
        output.WriteIds(GivenUp);
        output.WriteArrayHeader(InitialGrants.Length);
        foreach (var initialGrant in InitialGrants) initialGrant.Encode(ref output);
        output.WriteBool(IsLeaving);
    }

    /// <summary>Reads a record; null when the bytes are none.</summary>
    public static ConsensusRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        if (!reader.TryReadArrayHeader(out var fields) || fields != 18) return null;
        if (!reader.TryReadString(out var nodeName) || !reader.TryReadString(out var address)) return null;
        if (reader.ReadIds() is not { } ready || reader.ReadIds() is not { } bootstrapVote) return null;
        if (!reader.TryReadReplicaId(out var bootstrapId) || !reader.TryReadUInt(out var slot)) return null;
        if (!reader.TryReadBallot(out var promised) || !reader.TryReadBallot(out var accepted) || !reader.TryReadDecision(out var acceptedValue)) return null;
        if (!reader.TryReadBallot(out var prepared) || !reader.TryReadBallot(out var proposed) || !reader.TryReadDecision(out var proposedValue)) return null;
        if (reader.ReadMarks() is not { } acks || reader.ReadIds() is not { } ended || reader.ReadIds() is not { } closings || reader.ReadIds() is not { } givenUp) return null;
        if (reader.ReadList<InitialGrantRequest>(InitialGrantRequest.TryDecode) is not { } initialGrants || !reader.TryReadBool(out var isLeaving) || !reader.End) return null;
        return new ConsensusRecord
        {
            NodeName = nodeName,
            Address = address,
            Ready = ready,
            BootstrapVote = bootstrapVote,
            BootstrapId = bootstrapId,
            Slot = slot,
            Promised = promised,
            Accepted = accepted,
            AcceptedValue = acceptedValue,
            Prepared = prepared,
            Proposed = proposed,
            ProposedValue = proposedValue,
            Acks = acks,
            Ended = ended,
            Closings = closings,
            GivenUp = givenUp,
            InitialGrants = initialGrants,
            IsLeaving = isLeaving,
        };
    }
}
