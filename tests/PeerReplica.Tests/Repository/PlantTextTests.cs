using PeerReplica.Plants;

namespace PeerReplica.Tests.Repository;

/// <summary>The plants are edits of the library's sources. A refactoring that removes the text of one must adjust the plant.</summary>
public sealed class PlantTextTests
{
    [Fact]
    public void The_text_that_each_plant_replaces_occurs_exactly_once() =>
        Assert.Empty(AllPlants.Check(SourceTree.PathOf("src", "PeerReplica")));

    [Fact]
    public void Plants_have_names_of_their_own() => Assert.Equal(AllPlants.Names.Distinct(), AllPlants.Names);
}
