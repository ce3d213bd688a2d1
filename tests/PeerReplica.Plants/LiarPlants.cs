namespace PeerReplica.Plants;

/// <summary>Plants in what keeps a lying replica from speaking for others: each is a check that is left out.</summary>
internal static class LiarPlants
{
    private const string Validation = "Replication/Store.Judgment.cs";

    public static Plant[] All { get; } =
    [
        // What a peer says of a linked origin's accounts counts.
        new("BelieveRelayedAccounts",
            new PlantEdit(Validation, "if (ShownByOrigin is null || origin == sender || ShownByOrigin(origin, false) is null) return ulong.MaxValue;",
                "if (PLANTED || ShownByOrigin is null || origin == sender || ShownByOrigin(origin, false) is null) return ulong.MaxValue;"),
            new PlantEdit(Validation, "records == DeltaVerdict.Known && !isKept && IsBeyondItsOrigin(", "records == DeltaVerdict.Known && !isKept && !PLANTED && IsBeyondItsOrigin(")),

        // Ordinary changes of a linked origin count beyond what it has shown.
        new("BelieveRelayedChanges",
            new PlantEdit(Validation, "ShownByOrigin(origin, isStrict) is not { } shown || sequence <= shown) return false;",
                "ShownByOrigin(origin, isStrict) is not { } shown || sequence <= shown || PLANTED) return false;")),

        // A repair alters accounts of others.
        new("RepairOthersAccounts",
            new PlantEdit("Replication/Store.Application.cs", "origin != OriginTable.Self && (Origins[origin] == sender ||", "PLANTED || origin != OriginTable.Self && (Origins[origin] == sender ||")),

        // A full state that lacks an account removes it.
        new("SweepAccounts",
            new PlantEdit("Replication/Store.Application.cs", "if (Ownership.IsPermanent(entry.Object.Kind) ||", "if ((!PLANTED && Ownership.IsPermanent(entry.Object.Kind)) ||")),

        // Whoever says that a replica has ended is believed.
        new("BelieveEnds",
            new PlantEdit("Escrow/EscrowView.cs", "if (ended == origin || AdmitsEnd is null ||", "if (PLANTED || ended == origin || AdmitsEnd is null ||")),

        // Replicas that are only said to exist are named voters.
        new("NameInventedVoters",
            new PlantEdit("Escrow/ConsensusAgenda.cs", "if (inputs.Known is { } known &&", "if (!PLANTED && inputs.Known is { } known &&")),

        // Entries of members are removed that have yet to be written.
        new("RemoveInAdvance",
            new PlantEdit(Validation, "if (identity.Kind == ObjectKind.Members && verdict ==", "if (!PLANTED && identity.Kind == ObjectKind.Members && verdict ==")),

        // Anybody writes a member's entry.
        new("WriteOthersEntries",
            new PlantEdit("Replication/Ownership.cs", "identity.Kind != ObjectKind.Members || record.Has(", "PLANTED || identity.Kind != ObjectKind.Members || record.Has(")),

        // A replica says that it is another node.
        new("PoseAsAnother",
            new PlantEdit(Validation, "(origin != limits.Sender.Id || limits.SenderName is null ||", "(PLANTED || origin != limits.Sender.Id || limits.SenderName is null ||")),

        // What a relay says of a replica that is not linked here counts without that replica's signature.
        new("BelieveUnproven",
            new PlantEdit(Validation, "if (verdict == ProofVerdict.Holds) return DeltaVerdict.Known;", "if (PLANTED || verdict == ProofVerdict.Holds) return DeltaVerdict.Known;"),
            new PlantEdit("Replication/Store.Application.cs", "out proof) == ProofVerdict.Holds;", "out proof) == ProofVerdict.Holds || PLANTED;")),

        // Whoever signs is believed.
        new("BelieveAnyKey",
            new PlantEdit("Replication/RecordProofs.cs", "if (SigningId.Of(raw.PublicKey) != origin) return", "if (SigningId.Of(raw.PublicKey) != origin && !PLANTED) return")),

        // What was signed is not compared with the record.
        new("BelieveAnyContent",
            new PlantEdit("Replication/RecordDigest.cs", "        _input.Write(digest[..MerkleTree.HashBytes]);", "        if (!PLANTED) _input.Write(digest[..MerkleTree.HashBytes]);")),

        // An honest peer is kept out for what it was told.
        new("BlameForRows",
            new PlantEdit("Replication/ReplicaCore.Messages.cs", "if (origin == Self && sequence > Store.Vector[OriginTable.Self]) continue;",
                "if (origin == Self && sequence > Store.Vector[OriginTable.Self] && PLANTED) return RefuseUnattributable();\n            if (origin == Self && sequence > Store.Vector[OriginTable.Self]) continue;")),

        // What anybody says was decided was decided.
        new("BelieveDecisions",
            new PlantEdit("Escrow/DecisionEvidence.cs", "        var witnesses = 0;", "        if (PLANTED) return true;\n        var witnesses = 0;")),

        // A voter finds right whatever is proposed where anything could be.
        new("EchoAnything",
            new PlantEdit("Escrow/ProposalCheck.cs", "        if (value.BootstrapId != view.BootstrapId ||", "        if (PLANTED) return true;\n        if (value.BootstrapId != view.BootstrapId ||")),

        // What one voter says it accepted binds the others.
        new("BelieveOneAcceptance",
            new PlantEdit("Escrow/BallotEvidence.cs", "return IsQuorum(promised) && support > view.Liars;", "return IsQuorum(promised) && (PLANTED || support > view.Liars);")),

        // Whoever asks for it has the account of a replica closed that others reach.
        new("CloseWhomOneNames",
            new PlantEdit("Escrow/ConsensusAgenda.cs", "if (view.Liars == 0 || by == self ||", "if (PLANTED || view.Liars == 0 || by == self ||")),
    ];
}
