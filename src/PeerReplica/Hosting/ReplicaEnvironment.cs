using System.Security.Cryptography;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Transport;
using PeerReplica.Wire;

namespace PeerReplica.Hosting;

/// <summary>Everything outside a replica that it depends on: what the simulator replaces.</summary>
internal sealed record ReplicaEnvironment
{
    public required IReplicaTransport Transport { get; init; }

    /// <summary>Turns names into addresses; null: the transport, if it can.</summary>
    public IAddressResolver? Resolver { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>A timer that is not set yet, for the replica's steps. With the system's clock it has a thread of its own.</summary>
    public ITimer CreateTimer(Action due) => Time == TimeProvider.System
        ? new StepTimer(due)
        : Time.CreateTimer(static d => ((Action)d!)(), due, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public ReplicaId Id { get; init; } = new(NewBits());

    public ulong Seed { get; init; } = (ulong)NewBits();

    /// <summary>Signs this replica's protected records; null: it does not sign. <see cref="Id"/> follows from its key.</summary>
    public IRecordSigner? Signer { get; init; }

    /// <summary>Verifies those of others; null: nobody's signatures count.</summary>
    public IRecordVerifier? Verifier { get; init; }

    /// <summary>The same with a key pair of its own for this run, where peers are authenticated: without that a signature shows nothing.</summary>
    public ReplicaEnvironment WithSignatures(PeerReplicaOptions options)
    {
        if (options.SharedSecret is null && !options.UsesCertificates) return this;
        var signer = new EcdsaRecordSigner();
        return this with { Signer = signer, Verifier = new EcdsaRecordVerifier(), Id = SigningId.Of(signer.PublicKey) };
    }

    /// <summary>Runs a step soon, on another thread; the simulator queues it in virtual time.</summary>
    public Action<Action> Schedule { get; init; } = step => ThreadPool.UnsafeQueueUserWorkItem(static s => s(), step, preferLocal: false);

    /// <summary>
    /// Delivers log messages soon, outside the code that logs. Null: as <see cref="Schedule"/>. The simulator does it right after
    /// the event that logged, so that logging does not add events.
    /// </summary>
    public Action<Action>? ScheduleLogs { get; init; }

    /// <summary>Whether a write may run a step on its own thread.</summary>
    public bool StepsOnWriter { get; init; } = true;

    /// <summary>16 unpredictable bytes for a link.</summary>
    public Func<byte[]> Nonce { get; init; } = () => RandomNumberGenerator.GetBytes(16);

    /// <summary>The largest frame, where a test wants one below what the options permit; 0: as the options say.</summary>
    public int MaxFrameBytes { get; init; }

    /// <summary>The most data that may be on its way to one peer unacknowledged, in bytes, where a test wants less than usual; 0: as usual.</summary>
    public int WindowBytes { get; init; }

    private static UInt128 NewBits() => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));
}
